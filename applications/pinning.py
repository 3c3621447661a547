"""How the version a draft is pinned to stands today: still in force, replaced by a newer one, or gone."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.utils.translation import gettext as _

from applications.answering import legal_day
from applications.models import Dossier
from identity.errors import Refused
from procedures import diff
from procedures.models import ProcedureVersion

Stage = ProcedureVersion.Stage
FOR_APPLICANTS = frozenset({"texts", "legal_bases", "level", "papers", "fees", "times", "fields"})


class Outdated(Refused):
    """The draft is pinned to a version that no longer holds; ``details['onto']`` is the one to move to, if any."""

    code = "outdated_version"


@dataclass(frozen=True)
class Ended:
    """The pinned version held until ``last_day``; ``onto`` is in force now and can be filed here, None when
    nothing can."""

    version: ProcedureVersion
    last_day: dt.date
    onto: ProcedureVersion | None

    @property
    def sentence(self) -> str:
        if self.onto is not None and self.onto.effective_from is not None:
            return _("Thủ tục có bản mới từ %(day)s. Hãy xem thay đổi và chuyển bản nháp sang bản mới.") % {
                "day": f"{self.onto.effective_from:%d/%m/%Y}"
            }
        if self.version.repeal_decision:
            return _(
                "Thủ tục này đã bị bãi bỏ từ sau ngày %(day)s theo %(decision)s, nên không nộp được nữa."
            ) % {
                "day": f"{self.last_day:%d/%m/%Y}",
                "decision": self.version.repeal_decision,
            }
        return _("Từ sau ngày %(day)s thủ tục này không còn nộp được trên cổng.") % {
            "day": f"{self.last_day:%d/%m/%Y}"
        }

    @property
    def changes(self) -> list[tuple[str, list[str]]]:
        """What is new for the applicant, by subject; how the agency works inside is left out."""
        found = diff.compare(self.version.edition, self.onto.edition) if self.onto else []
        told: dict[str, list[str]] = {}
        for change in found:
            if change.group in FOR_APPLICANTS:
                told.setdefault(str(diff.GROUPS[change.group]), []).append(_sentence(change))
        return list(told.items())


def _sentence(change: diff.Change) -> str:
    """With the old and the new value where a reader can take them in at a glance."""
    plain = all(isinstance(one, str | int | float) for one in (change.before, change.after))
    if change.kind != "changed" or not plain:
        return change.sentence
    return f"{change.sentence}: {diff.shown(change.before)} → {diff.shown(change.after)}"


def ended(dossier: Dossier, *, at: dt.datetime) -> Ended | None:
    """None while the pinned version is in force; then nothing is read from the database."""
    version, today = dossier.version, legal_day(at)
    if version.stage(today) == Stage.IN_FORCE:
        return None
    newest = ProcedureVersion.objects.in_force(today).filter(procedure=version.procedure_id)
    onto = newest.select_related("procedure").exclude(pk=version.pk).order_by("-number").first()
    return Ended(version, version.effective_to or today, onto if onto is not None and onto.is_live else None)


def require_in_force(dossier: Dossier, *, at: dt.datetime) -> None:
    """Raises Outdated with the sentence the pages of the draft show."""
    if (gone := ended(dossier, at=at)) is not None:
        raise Outdated(gone.sentence, onto=gone.onto.pk if gone.onto else None)
