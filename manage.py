#!/usr/bin/env python
"""Every command works by itself: the servers it needs are started or joined first."""

from __future__ import annotations

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    from portal.embedded import ServerUnavailable, provide

    try:
        provide()
    except ServerUnavailable as reason:
        sys.exit(_refuse(str(reason)))
    from django.core.management import CommandParser, execute_from_command_line

    # A refusal is one line; --help tells all.
    CommandParser.print_usage = lambda *_: None  # type: ignore[method-assign]
    try:
        execute_from_command_line(sys.argv)
    except KeyboardInterrupt:
        sys.exit(130)


def _refuse(reason: str) -> int:
    sys.stderr.write(f"{reason}\n")
    return 2


if __name__ == "__main__":
    main()
