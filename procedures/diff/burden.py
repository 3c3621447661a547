"""What a new edition costs or saves the people who use it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from procedures.edition import Edition
from procedures.personas import burden_of
from procedures.schema import SchemaError

HEADS = ("typed", "chosen", "uploads", "pages", "clicks")


@dataclass(frozen=True, slots=True)
class BurdenDelta:
    """After minus before, by head, for somebody unknown to every register and for somebody known to all."""

    unknown: Mapping[str, int]
    known: Mapping[str, int]

    @property
    def heavier(self) -> bool:
        return any(change > 0 for one in (self.unknown, self.known) for change in one.values())

    @property
    def text(self) -> str:
        """«+3 ô phải gõ, +1 giấy tờ»; «không đổi»."""
        most, least = _text(self.unknown), _text(self.known)
        if most == least:
            return most or _("không đổi")
        return _("%(unknown)s; khi đã có dữ liệu: %(known)s") % {
            "unknown": most or _("không đổi"),
            "known": least or _("không đổi"),
        }


def burden_delta(before: Edition, after: Edition, *, today: dt.date | None = None) -> BurdenDelta | None:
    """None where a form cannot be read, so nothing can be counted. No form asks nothing."""
    try:
        old, new = burden_of(before, today=today), burden_of(after, today=today)
    except SchemaError:
        return None
    return BurdenDelta(*(_minus(new.get(who, {}), old.get(who, {})) for who in ("unknown", "known")))


def _minus(new: Mapping[str, int], old: Mapping[str, int]) -> dict[str, int]:
    return {head: new.get(head, 0) - old.get(head, 0) for head in HEADS}


def _text(delta: Mapping[str, int]) -> str:
    """The heads people feel; clicks follow from the others."""
    told = (
        (delta["typed"], ngettext("%(change)s ô phải gõ", "%(change)s ô phải gõ", abs(delta["typed"]))),
        (delta["chosen"], ngettext("%(change)s lựa chọn", "%(change)s lựa chọn", abs(delta["chosen"]))),
        (delta["uploads"], ngettext("%(change)s giấy tờ", "%(change)s giấy tờ", abs(delta["uploads"]))),
        (delta["pages"], ngettext("%(change)s trang", "%(change)s trang", abs(delta["pages"]))),
    )
    return ", ".join(words % {"change": f"{count:+d}".replace("-", "−")} for count, words in told if count)
