"""One button, several dossiers: each in its own transaction, each with its own result that stays to be read."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from applications.models import DeskRound, DeskRoundItem, Dossier, Event
from applications.services.moving import conflict
from applications.states import EDGES
from identity.errors import Conflict, DomainError, Refused
from identity.models import Officer

MOST = 50
LONGEST_MESSAGE = 500


@dataclass(frozen=True)
class Picked:
    """A dossier as it stood on the page: ``seq`` of its last event then."""

    dossier: Dossier
    seq: int


def require_size(picked: Sequence[Picked]) -> None:
    """Raises Refused for none and for more than ``MOST``."""
    if not picked:
        raise Refused(_("Hãy chọn ít nhất một văn bản."))
    if len(picked) > MOST:
        raise Refused(
            _("Mỗi lần chọn nhiều nhất %(most)d văn bản; anh/chị đã chọn %(count)d.")
            % {"most": MOST, "count": len(picked)}
        )


def carry_out(
    act: str,
    *,
    action: str,
    officer: Officer,
    picked: Sequence[Picked],
    verb: Callable[[Picked], str],
    at: dt.datetime,
) -> DeskRound:
    """Call ``verb`` for each; it returns the sentence for done. A refusal of one does not touch the others.
    ``action``: the edge a conflict speaks of.

    The round and its items are stored before the first act and each outcome together with its act: after a crash
    the page says truly what was done.
    """
    with transaction.atomic():
        made = DeskRound.objects.create(act=act, officer=officer.user, agency=officer.agency, at=at)
        items = DeskRoundItem.objects.bulk_create(
            DeskRoundItem(round=made, dossier=one.dossier) for one in picked
        )
    for one, item in zip(picked, items, strict=True):
        try:
            with transaction.atomic():
                _require_fresh(one, action)
                _write(item, DeskRoundItem.Outcome.DONE, verb(one))
        except Conflict as error:
            _write(item, DeskRoundItem.Outcome.CONFLICT, error.message)
        except DomainError as error:
            _write(item, DeskRoundItem.Outcome.REFUSED, error.message)
    return made


def _require_fresh(one: Picked, action: str) -> None:
    """Under the lock of the dossier: nobody moved it since the page was made. Raises Conflict (who, when)."""
    Dossier.objects.select_for_update().only("pk").get(pk=one.dossier.pk)
    if Event.objects.filter(dossier=one.dossier, seq__gt=one.seq, kind__in=EDGES).exists():
        raise conflict(one.dossier, action)


def _write(item: DeskRoundItem, outcome: str, message: str) -> None:
    item.outcome, item.message = outcome, message[:LONGEST_MESSAGE]
    item.save(update_fields=["outcome", "message"])
