"""The registry clerk's round: each dossier gets what its step waits for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from applications import actors
from applications.models import DeskRound
from applications.services.deciding import number, release
from applications.services.desk_rounds import Picked, carry_out, require_size
from applications.services.moving import conflict
from identity.errors import Forbidden
from identity.models import Officer, Role

ACTS: Mapping[str, tuple[Callable[..., Any], Any]] = {
    "number": (number, gettext_lazy("Đã cho số.")),
    "release": (release, gettext_lazy("Đã phát hành.")),
}
"""Kind of the step the dossier waits at: the verb, and the sentence for done."""


def release_many(*, officer: Officer, picked: Sequence[Picked], at: dt.datetime) -> DeskRound:
    """Number or release each. Raises Forbidden (not the clerk) and Refused (none, or too many)."""
    if Role.REGISTRY_CLERK not in actors.at_desk(officer, at=at).roles:
        raise Forbidden(_("Vai trò của anh/chị không vào sổ và phát hành được."))
    require_size(picked)

    def done(one: Picked) -> str:
        kind = one.dossier.current_step.get("kind", "")
        if kind not in ACTS:
            raise conflict(one.dossier, "release")
        verb, sentence = ACTS[kind]
        verb(dossier=one.dossier, by=actors.for_dossier(officer, one.dossier, at=at), at=at)
        return str(sentence)

    return carry_out(
        DeskRound.Act.REGISTRY, action="release", officer=officer, picked=picked, verb=done, at=at
    )
