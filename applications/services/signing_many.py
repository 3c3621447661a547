"""Signing several drafts with one confirmation of the person: alike, one of them read as a sample, and every one with
a risk flag opened before."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.utils.translation import gettext as _

from applications import actors
from applications.models import DeskRound
from applications.office import evidence, signing
from applications.services.deciding import sign
from applications.services.desk_rounds import Picked, carry_out, require_size
from identity.errors import Forbidden, Refused
from identity.models import Officer, Role


def sign_many(*, officer: Officer, picked: Sequence[Picked], at: dt.datetime) -> DeskRound:
    """Sign each through ``sign``. The caller has confirmed the person with a fresh code.

    Raises Forbidden (not a signer) and Refused as ``require_round``; whatever else hinders one is its own outcome.
    """
    if Role.SIGNER not in actors.at_desk(officer, at=at).roles:
        raise Forbidden(_("Vai trò của anh/chị không ký được văn bản."))
    require_round(officer=officer, picked=picked, at=at)
    known = evidence.of(officer, [one.dossier for one in picked], now=at)

    def signed(one: Picked) -> str:
        evidence.require_opened(known.get(one.dossier.pk))
        sign(dossier=one.dossier, by=actors.for_dossier(officer, one.dossier, at=at), at=at)
        return _("Đã ký.")

    return carry_out(DeskRound.Act.SIGN, action="sign", officer=officer, picked=picked, verb=signed, at=at)


def require_round(*, officer: Officer, picked: Sequence[Picked], at: dt.datetime) -> None:
    """Raises Refused for none, too many, drafts that are not alike, and while the sample was not opened."""
    require_size(picked)
    _require_alike(picked)
    sample = evidence.sample_of(officer, [one.dossier for one in picked])
    if sample is not None and evidence.of(officer, [sample], now=at)[sample.pk].opened_at is None:
        raise Refused(
            _(
                "Ký cả lượt thì hệ thống chọn một bản để anh/chị đọc trước, lần này là hồ sơ %(code)s. Hãy mở đọc bản"
                " ấy rồi ký; các dòng đã chọn vẫn giữ."
            )
            % {"code": sample.code}
        )


def _require_alike(picked: Sequence[Picked]) -> None:
    """Drafts of one procedure with one answer; the sentence names what was mixed."""
    drafts = [one.dossier for one in picked if hasattr(one.dossier, "result")]
    kinds = {signing.kind_of(one): one for one in drafts}
    if len(kinds) > 1:
        titles = [
            f"{signing.title_of(one, one.result)} ({one.version.procedure.name})" for one in kinds.values()
        ]
        raise Refused(
            _("Chỉ ký cùng lúc các văn bản cùng thủ tục và cùng loại. Anh/chị đã chọn: %(kinds)s.")
            % {"kinds": "; ".join(sorted(titles))}
        )
