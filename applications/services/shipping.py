"""Results by post: ordered by an officer, given to the carrier by a worker, followed until somebody has the paper.

The address is read from the answers at the moment of sending and goes to the carrier as an argument; it stands in no
row of the shipment, no Event, no log. What the carrier says counts once by its own id, and only forward in time.
"""

from __future__ import annotations

import datetime as dt
from typing import cast

from django.db import transaction
from django.utils.translation import gettext as _

from applications import answering
from applications.actors import SYSTEM, Actor
from applications.models import Delivery, Dossier, Outbox, Shipment, ShipmentNotice
from applications.post import connected
from applications.post.base import Notice, Parcel, ParcelRefused
from applications.services.deciding import deliver
from applications.services.moving import allow, conflict, remark
from applications.states import State
from applications.wording import in_words
from identity.errors import NotFound, Refused
from identity.models import Role
from procedures.journey import Journey

SENDERS = frozenset({Role.INTAKE, Role.REGISTRY_CLERK})
"""Who gives a paper result to the carrier, or keeps it for the counter."""
ADDRESS, PHONE, APPLICANT = "delivery_address", "phone", ("requester", "representative", "request")
KNOWN, OUTDATED, TAKEN = "known", "outdated", "taken"


def order_shipment(*, dossier: Dossier, by: Actor, at: dt.datetime) -> Shipment:
    """The paper lies ready for the carrier: a worker asks the carrier for a number. Also after a parcel came back.

    Raises Forbidden, Conflict (not a result that waits for the post, or a parcel is under way) and Refused when the
    dossier holds no address.
    """
    allow(by, *SENDERS)
    with transaction.atomic():
        current = Dossier.objects.select_for_update().only("state", "delivery").get(pk=dossier.pk)
        if current.state != State.COMPLETED or current.delivery != Delivery.POST:
            raise conflict(dossier, "shipment_ordered")
        if not address_of(answering.journey_of(dossier, at=dossier.submitted_at or at)):
            raise Refused(_("Hồ sơ không có địa chỉ nhận. Hãy gọi người nộp và chuyển về trả tại quầy."))
        before = dossier.shipments.select_for_update().filter(closed_at=None).first()
        if before is not None and before.status not in Shipment.FOR_THE_OFFICE:
            raise Refused(_("Kết quả này đã giao cho bưu chính rồi."))
        dossier.shipments.filter(closed_at=None).update(closed_at=at)
        shipment = Shipment.objects.create(
            dossier=dossier,
            carrier=connected.preferred(),
            ordered_by_id=cast(int, by.user_id),
            ordered_at=at,
        )
        data = {"carrier": shipment.carrier, "again": before is not None}
        remark(dossier, "shipment_ordered", by=by, at=at, data=data, outbox=Outbox.Topic.SHIP, roles=SENDERS)
    return shipment


def send_shipment(*, dossier: Dossier, at: dt.datetime) -> Shipment | None:
    """Give the waiting parcel to the carrier. Repeatable: the carrier knows the reference, the row its number.

    The call runs outside any transaction. Raises Unavailable, then the outbox comes back; a parcel the carrier does
    not take becomes a task of the office.
    """
    shipment = dossier.shipments.filter(status=Shipment.Status.WAITING, closed_at=None).first()
    if shipment is None or dossier.state == State.DELIVERED:
        return shipment
    if dossier.state != State.COMPLETED:  # a fee was asked for meanwhile: the outbox comes back
        raise conflict(dossier, "shipment_sent")
    journey = answering.journey_of(dossier, at=dossier.submitted_at or at)
    parcel = Parcel(
        shipment.reference, dossier.submitter.name, address_of(journey), _asked(journey, PHONE, APPLICANT)
    )
    try:
        tracking = connected.named(shipment.carrier).create(parcel)
    except ParcelRefused:
        return _settle(dossier, shipment, Shipment.Status.REFUSED, "", at)
    return _settle(dossier, shipment, Shipment.Status.ACCEPTED, tracking, at)


def _settle(dossier: Dossier, shipment: Shipment, status: str, tracking: str, at: dt.datetime) -> Shipment:
    """Write down the carrier's answer, once: another worker may have been faster."""
    with transaction.atomic():
        Dossier.objects.select_for_update().only("pk").get(pk=dossier.pk)
        waiting = Shipment.objects.filter(pk=shipment.pk, status=Shipment.Status.WAITING)
        if waiting.update(status=status, tracking=tracking, told_at=at, asked_at=at):
            kind = "shipment_sent" if tracking else "shipment_refused"
            data = {"carrier": shipment.carrier} | ({"tracking": tracking} if tracking else {})
            remark(dossier, kind, by=SYSTEM, at=at, data=data)
    shipment.refresh_from_db()
    return shipment


def take_notice(*, carrier: str, notice: Notice, at: dt.datetime) -> str:
    """What the carrier says: «taken», «known» (said before) or «outdated» (older than what we know, or after the
    end). Delivered ends the dossier with the number as evidence; returned is a task of the office.

    Raises NotFound for a number not (yet) known here, Conflict while the dossier waits for something else: the
    carrier says it again, and is asked.
    """
    with transaction.atomic():
        found = Shipment.objects.filter(carrier=carrier, tracking=notice.tracking).first()
        if found is None:
            raise NotFound(_("Không có bưu gửi này."))
        dossier = Dossier.objects.select_for_update(of=("self",)).get(pk=found.dossier_id)
        shipment = Shipment.objects.select_for_update().get(pk=found.pk)
        _row, fresh = ShipmentNotice.objects.get_or_create(
            carrier=carrier,
            provider_id=notice.provider_id,
            defaults={
                "shipment": shipment,
                "status": notice.status,
                "occurred_at": notice.occurred_at,
                "received_at": at,
            },
        )
        if not fresh:
            return KNOWN
        if not _is_news(shipment, notice):
            return OUTDATED
        shipment.status, shipment.told_at = notice.status, notice.occurred_at
        shipment.closed_at = at if notice.status == Shipment.Status.DELIVERED else None
        shipment.save(update_fields=["status", "told_at", "closed_at"])
        _tell(dossier, shipment, at)
    return TAKEN


def _is_news(shipment: Shipment, notice: Notice) -> bool:
    """A parcel on its way goes on; the end stands. The order of things is when they happened, not when they came,
    but an end is an end even with a clock that runs behind."""
    if shipment.status not in Shipment.ON_THE_WAY or shipment.closed_at is not None:
        return False
    if notice.status not in Shipment.ON_THE_WAY:
        return True
    older = shipment.told_at is not None and notice.occurred_at < shipment.told_at
    backwards = shipment.status == Shipment.Status.MOVING and notice.status == Shipment.Status.ACCEPTED
    return not older and not backwards and notice.status != shipment.status


def _tell(dossier: Dossier, shipment: Shipment, at: dt.datetime) -> None:
    told = {"carrier": shipment.carrier, "tracking": shipment.tracking}
    if shipment.status == Shipment.Status.RETURNED:
        remark(dossier, "shipment_returned", by=SYSTEM, at=at, data=told)
    elif shipment.status == Shipment.Status.DELIVERED and dossier.state != State.DELIVERED:
        deliver(dossier=dossier, evidence="post", details=told, by=SYSTEM, at=at)


def ask_carrier(*, shipment: Shipment, at: dt.datetime) -> int:
    """Ask what became of a parcel, when no notice came; how many were new. Raises Unavailable."""
    Shipment.objects.filter(pk=shipment.pk).update(asked_at=at)
    notices = connected.named(shipment.carrier).query(shipment.tracking)
    own = [one for one in notices if one.tracking == shipment.tracking]
    return sum(take_notice(carrier=shipment.carrier, notice=one, at=at) == TAKEN for one in own)


def address_of(journey: Journey) -> str:
    """Where the applicant wants the paper, in one line; empty when the form did not ask."""
    return _asked(journey, ADDRESS, ("request",)) or _named(journey, ADDRESS)


def _asked(journey: Journey, element: str, roles: tuple[str, ...]) -> str:
    for question in journey.form.questions.values():
        if question.element == element and question.of in roles:
            answer = journey.answer(question.id)
            if answer is not None and (words := in_words(question, answer.value)):
                return words
    return ""


def _named(journey: Journey, name: str) -> str:
    question, answer = journey.form.questions.get(name), journey.answer(name)
    return in_words(question, answer.value) if question is not None and answer is not None else ""
