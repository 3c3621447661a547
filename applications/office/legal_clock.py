"""The legal clock on the officer's desk: why the day is what it is, and what may be done about it now."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from applications import access, actors, deadlines, explaining, legal
from applications.actors import Actor
from applications.deadlines import LEGAL_ZONE
from applications.models import Dossier, DossierQuerySet, Extension, LawfulDelay, Letter
from applications.services.clock import is_overdue
from applications.services.letters import EDITORS, SIGNERS
from applications.states import CLOCK_RUNNING
from identity.models import Officer, Role

MOST = 200


@dataclass(frozen=True)
class Panel:
    """``extension``: what may still be granted; ``letter``: the apology in whatever state it is."""

    dossier: Dossier
    deadline: deadlines.Deadline | None
    lines: Sequence[str]
    letter: Letter | None
    extension: deadlines.Extension | None
    may_edit: bool
    may_sign: bool
    may_excuse: bool

    @property
    def has_acts(self) -> bool:
        return bool(self.extension or self.may_edit or self.may_sign or self.may_excuse)

    @property
    def new_day(self) -> str:
        """Of the draft, as a date box wants it."""
        return self.letter.new_due_at.astimezone(LEGAL_ZONE).date().isoformat() if self.letter else ""

    @property
    def extension_words(self) -> str:
        return deadlines.amount(self.extension.value, self.extension.unit) if self.extension else ""


def panel_of(officer: Officer, dossier: Dossier, *, now: dt.datetime) -> Panel:
    deadline = legal.deadline_of(dossier, now=now)
    letter = Letter.objects.filter(dossier=dossier).first()
    is_late = is_overdue(dossier, now)
    is_draft = letter is not None and letter.status == Letter.Status.DRAFT
    is_excused = LawfulDelay.objects.filter(dossier=dossier).exists()
    by = actors.for_dossier(officer, dossier, at=now)
    may_sign = bool(by.roles & set(SIGNERS))
    open_draft = is_late and is_draft and not is_excused
    return Panel(
        dossier=dossier,
        deadline=deadline,
        lines=explaining.lines(dossier, deadline),
        letter=letter,
        extension=_extension(by, dossier, now),
        may_edit=open_draft and bool(by.roles & set(EDITORS)),
        may_sign=open_draft and may_sign,
        may_excuse=is_late and not is_excused and (letter is None or is_draft) and may_sign,
    )


def letters_to_sign(officer: Officer, *, now: dt.datetime) -> list[Dossier]:
    """Overdue dossiers of the own agency whose drafted apology nobody has signed, the longest waiting first."""
    by = actors.at_desk(officer, at=now)
    late: DossierQuerySet = access.dossiers_for_officer(officer).overdue(now).filter(by.reach(SIGNERS))
    drafted = late.filter(letter__status=Letter.Status.DRAFT, lawful_delay=None)
    return list(drafted.select_related("letter").order_by("letter__drafted_at")[:MOST])


def _extension(by: Actor, dossier: Dossier, now: dt.datetime) -> deadlines.Extension | None:
    in_time = dossier.due_at is not None and dossier.due_at > now
    if not (Role.APPROVER in by.roles and dossier.state in CLOCK_RUNNING and in_time):
        return None
    used = Extension.objects.filter(dossier=dossier).exists()
    return None if used else legal.extension_allowed(dossier.version)
