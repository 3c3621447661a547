"""A draft that an officer types at the counter for a citizen who is present or has written."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.urls import reverse

from applications import actors
from applications.actors import Actor
from applications.drafting import Draft
from applications.models import CounterFiling
from identity.models import Officer


class CounterDraft(Draft):
    """The citizen's own pages, questions and checks, in the office, at addresses of the counter.

    The actor is the officer, never the citizen.
    """

    shell = "base_office.html"

    def __init__(
        self,
        filing: CounterFiling,
        officer: Officer,
        *,
        at: dt.datetime,
        trying: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(filing.dossier, at=at, trying=trying)
        self.filing: CounterFiling = filing
        self.officer: Officer = officer

    @property
    def actor(self) -> Actor:
        return actors.for_dossier(self.officer, self.filing.dossier, at=self.at)

    def as_if(self, answers: Mapping[str, Any]) -> CounterDraft:
        return CounterDraft(self.filing, self.officer, at=self.at, trying=answers)

    def address(self, name: str, **more: Any) -> str:
        return super().address(f"counter_{name}", **more)

    @property
    def shelf(self) -> str:
        return reverse("applications:counter")
