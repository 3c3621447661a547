"""At the counter: an officer types for a citizen who is present or has written, and hands results over.

The citizen stays the submitter; the officer never acts as the citizen, and every Event names who really acted.
"""

from __future__ import annotations

import datetime as dt
from typing import cast

from django.db import transaction
from django.utils.translation import gettext as _

from applications.actors import Actor
from applications.models import Channel, CounterFiling, Delivery, Dossier
from applications.services.deciding import deliver
from applications.services.filling import filing_of
from applications.services.intake import accept, start, submit
from applications.services.moving import allow, conflict, remark
from applications.services.shipping import SENDERS
from applications.states import State
from identity.errors import Forbidden, Refused
from identity.models import Citizen, Organisation, Role
from procedures import bundles
from procedures.models import ProcedureVersion

AT_COUNTER = (Channel.COUNTER, Channel.POST)
KNOWN_BY = [one for one in CounterFiling.Identified.values if one != CounterFiling.Identified.LIST]
AGREED_BY = [one for one in CounterFiling.Consent.values if one != CounterFiling.Consent.OFFICE]
"""At a counter the person is asked; what is left out belongs to lists of an office (``list_filing``)."""
SELF, REPRESENTATIVE = "self", "representative"
RECEIVERS = {SELF, REPRESENTATIVE}


def open_filing(
    *,
    version: ProcedureVersion,
    submitter: Citizen,
    organisation: Organisation | None = None,
    channel: str,
    identified_by: str,
    consent: str,
    needs_matching: bool = False,
    by: Actor,
    at: dt.datetime,
) -> Dossier:
    """Open a draft for a citizen whom the officer has identified and who agreed to be helped.

    ``needs_matching``: the population register was silent, the person is matched later.
    Raises Forbidden for anybody but an intake officer; Refused when the act of consent is not one that the channel
    knows: who is not present can only agree by signature.
    """
    allow(by, Role.INTAKE)
    if channel not in AT_COUNTER:
        raise Refused(_("Hãy chọn người nộp có mặt tại quầy hay gửi qua bưu chính."))
    if identified_by not in KNOWN_BY:
        raise Refused(_("Hãy chọn anh/chị đã xem giấy tờ nào để biết đúng người nộp."))
    if consent not in AGREED_BY:
        raise Refused(_("Hãy chọn người nộp đã đồng ý bằng cách nào."))
    if bundles.parts_of(version.procedure.slug):
        raise Refused(_("Thủ tục liên thông chưa nộp được tại quầy trên cổng. Hãy nộp từng thủ tục."))
    by_post = channel == Channel.POST
    if by_post and consent != CounterFiling.Consent.SIGNED:
        raise Refused(_("Người gửi qua bưu chính không có mặt: chỉ nhận sự đồng ý bằng chữ ký trên giấy."))
    if by_post != (identified_by == CounterFiling.Identified.COPY):
        raise Refused(
            _("Hồ sơ gửi qua bưu chính cần bản sao có chứng thực.")
            if by_post
            else _("Người có mặt thì xem thẻ bản gốc hoặc căn cước điện tử, không nhận bản sao.")
        )
    with transaction.atomic():
        dossier = start(
            version=version, submitter=submitter, organisation=organisation, channel=channel, at=at
        )
        if needs_matching:
            Dossier.objects.filter(pk=dossier.pk).update(needs_matching=True)
            dossier.needs_matching = True
        CounterFiling.objects.create(
            dossier=dossier,
            agency_id=cast(int, by.agency_id),
            filed_by_id=cast(int, by.user_id),
            identified_by=identified_by,
            consent=consent,
            consented_at=at,
        )
    return dossier


def file_at_counter(*, dossier: Dossier, by: Actor, at: dt.datetime) -> Dossier:
    """Hand the draft in for the citizen; where this agency decides and no fee is due first, take it in at once, so
    that Form 01 is printed while the citizen waits. A second click returns the same dossier.

    Raises Forbidden (not this counter), and what ``submit`` raises.
    """
    if filing_of(dossier, by) is None:
        raise Forbidden(_("Hồ sơ này không do quầy của anh/chị lập."))
    if dossier.state != State.DRAFT:
        return dossier
    with transaction.atomic():
        submit(dossier=dossier, by=by, at=at)
        ours = dossier.agency_id == by.agency_id
        if ours and dossier.state == State.SUBMITTED and not dossier.version.is_automatic:
            accept(dossier=dossier, by=by, at=at)
    return dossier


def hand_over(
    *,
    dossier: Dossier,
    receiver: str,
    representative: str = "",
    identity_checked: bool,
    signed: bool,
    by: Actor,
    at: dt.datetime,
) -> Dossier:
    """Give the result on paper to who came for it. The evidence: whose card was seen, and the signature in the book.

    ``representative``: name and paper of authority of who came instead; words of a person, kept as the note.
    Raises Refused with what is still missing, Conflict when it was handed over already or is with the carrier.
    """
    if receiver not in RECEIVERS:
        raise Refused(_("Hãy chọn ai đến nhận kết quả."))
    if receiver == REPRESENTATIVE and not representative.strip():
        raise Refused(_("Hãy ghi họ tên người nhận thay và giấy ủy quyền."))
    if not identity_checked:
        raise Refused(_("Hãy xem giấy tờ tùy thân của người nhận trước khi trao kết quả."))
    if not signed:
        raise Refused(_("Người nhận chưa ký sổ. Chỉ trao kết quả khi đã có chữ ký."))
    if dossier.delivery != Delivery.COUNTER:
        raise Refused(_("Kết quả này không hẹn trả tại quầy. Hãy chuyển về trả tại quầy trước."))
    note = representative.strip() if receiver == REPRESENTATIVE else ""
    evidence = {"identity": "checked", "signature": "book", "receiver": receiver}
    return deliver(dossier=dossier, evidence="counter", details=evidence, note=note, by=by, at=at)


def keep_at_counter(*, dossier: Dossier, by: Actor, at: dt.datetime) -> Dossier:
    """The result will be fetched instead of posted: the citizen came, or the parcel came back.

    Raises Conflict while a parcel is with the carrier.
    """
    allow(by, *SENDERS)
    with transaction.atomic():
        current = Dossier.objects.select_for_update().only("state", "delivery").get(pk=dossier.pk)
        if current.state != State.COMPLETED or current.delivery != Delivery.POST:
            raise conflict(dossier, "deliver")
        open_parcel = dossier.shipments.select_for_update().filter(closed_at=None).first()
        if open_parcel is not None and open_parcel.status not in open_parcel.FOR_THE_OFFICE:
            raise Refused(_("Bưu chính đang giữ kết quả. Chờ bưu chính báo đã phát hoặc chuyển hoàn."))
        dossier.shipments.filter(closed_at=None).update(closed_at=at)
        remark(dossier, "kept_at_counter", by=by, at=at, sets={"delivery": Delivery.COUNTER}, roles=SENDERS)
    return dossier
