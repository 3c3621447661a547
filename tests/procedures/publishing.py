"""A ministry with its editors, and a version brought to any step of its way to publication."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field, replace
from typing import Any

from identity.models import Agency, Officer, Role
from procedures import services
from procedures.edition import Edition
from procedures.models import ProcedureVersion
from tests import factories

AT = dt.datetime(2026, 11, 23, 2, 0, tzinfo=dt.UTC)
TODAY = dt.date(2026, 11, 23)
DECISION = "1872/QĐ-BTP"


def day(number: int) -> dt.date:
    """``number`` days after today."""
    return TODAY + dt.timedelta(days=number)


@dataclass
class Ministry:
    """Its people, one a role, and a procedure it published long ago."""

    agency: Agency = field(
        default_factory=lambda: Agency.objects.create(
            key=f"ministry-{next(factories._numbers)}", name="Bộ Tư pháp", level="central", kind="ministry"
        )
    )

    def __post_init__(self) -> None:
        self.editor = self.post(Role.EDITOR, name="Lê Thị Biên Tập")
        self.reviewer = self.post(Role.LEGAL_REVIEWER, name="Ngô Thẩm Định")
        self.publisher = self.post(Role.PUBLISHER, name="Bùi Công Bố")
        self.first = factories.version(
            content={
                "name_vi": "Đăng ký khai sinh",
                "name_en": "Birth registration",
                "time_limit": {"value": 5, "unit": "working_days", "note_vi": None},
                "online_level": "full",
                "components": [],
                "keywords": ["khai sinh"],
                "levels": ["commune"],
                "target": ["citizen"],
            }
        )
        self.procedure = self.first.procedure
        self.procedure.owner = self.agency
        self.procedure.save()

    def post(self, *roles: str, name: str = "Đỗ Thị Khác") -> Officer:
        return factories.officer(self.agency, *roles, name=name)

    def draft(self, **content: Any) -> ProcedureVersion:
        version = services.open_draft(procedure=self.procedure, by=self.editor, at=AT)
        return self.edit(version, **content) if content else version

    def edit(self, version: ProcedureVersion, **content: Any) -> ProcedureVersion:
        return services.edit(
            version=version, expected=version.edits, change=saying(**content), by=self.editor, at=AT
        )

    def in_check(self, **content: Any) -> ProcedureVersion:
        return services.send_to_check(version=self.draft(**content), by=self.editor, at=AT)

    def in_approval(self, **content: Any) -> ProcedureVersion:
        return services.pass_check(version=self.in_check(**content), by=self.reviewer, at=AT)

    def approve(
        self, version: ProcedureVersion, effective_from: dt.date = TODAY, **more: Any
    ) -> ProcedureVersion:
        asked = {"decision": DECISION, "by": self.publisher, "on": TODAY, "at": AT, **more}
        return services.approve(version=version, effective_from=effective_from, **asked)

    def published(self, effective_from: dt.date = TODAY, **content: Any) -> ProcedureVersion:
        return self.approve(self.in_approval(**content), effective_from)


def saying(**content: Any) -> Any:
    """A change of the record, key by key."""

    def change(edition: Edition) -> Edition:
        return replace(edition, content={**edition.content, **content})

    return change
