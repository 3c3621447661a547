"""What the portal asks of a national register, whoever runs it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

Record = Mapping[str, Any]


class RegisterUnavailable(Exception):
    """The register did not answer. The form goes on and asks; the dossier is matched later."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


class Register(Protocol):
    name: str

    def fetch(self, key: str) -> Record | None:
        """The record under this key, None when there is none; RegisterUnavailable when nobody answered."""
        ...
