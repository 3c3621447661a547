"""Which printed forms a dossier has, and their content: generated from the same rows as the screens, never typed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from applications import answering, chains, hands, issuing, legal, numbering, wording
from applications.deadlines import LEGAL_ZONE
from applications.models import Attachment, Dossier, Event, FormNumber, Letter, SupplementRequest
from applications.printed_forms import (
    FORMS,
    Component,
    FormContext,
    FormSet,
    Kind,
    RegisterEntry,
    RoutingStep,
    render_form,
)
from applications.states import EDGES, State
from identity.errors import NotFound
from identity.models import Agency
from procedures.journey import Journey

UNITS = {
    "working_days": "%d ngày làm việc",
    "working_hours": "%d giờ làm việc",
    "days": "%d ngày",
    "hours": "%d giờ",
    "months": "%d tháng",
}
OWN_PAPERS = (Kind.RECEIPT, Kind.SUPPLEMENT, Kind.REFUSAL, Kind.APOLOGY, Kind.STOP)
"""Forms addressed to the applicant; the routing slip stays inside the office."""
HEAD_OF_AGENCY = "Thủ trưởng cơ quan"
_WRITTEN_BY = {
    Kind.RECEIPT: "accept",
    Kind.SUPPLEMENT: "request_supplement",
    Kind.REFUSAL: "refuse",
    Kind.STOP: "stop",
}


@dataclass(frozen=True)
class Available:
    """A form that can be printed now."""

    kind: str
    number: str
    title: str

    @property
    def name(self) -> str:
        return _("Mẫu %(number)s: %(title)s") % {"number": self.number, "title": self.title}


def available(dossier: Dossier, *, at: dt.datetime) -> list[Available]:
    """Every form the dossier has by now, in the numbering of its own circular."""
    forms = FORMS[form_set_of(dossier, at)]
    kinds = [kind for kind in forms if kind != Kind.REGISTER and _exists(dossier, kind)]
    return [Available(kind, forms[kind].number, forms[kind].title) for kind in kinds]


def for_applicant(dossier: Dossier, *, at: dt.datetime) -> list[Available]:
    own = [form for form in available(dossier, at=at) if form.kind in OWN_PAPERS]
    return own if sent_letter(dossier) else [form for form in own if form.kind != Kind.APOLOGY]


def sent_letter(dossier: Dossier) -> Letter | None:
    """The apology as it was sent: the signed file itself, not a form to be rendered again."""
    return Letter.objects.filter(dossier=dossier, status=Letter.Status.SENT).first()


def render(dossier: Dossier, kind: str, *, at: dt.datetime) -> bytes:
    """The form as PDF/A. Raises NotFound when the dossier has no such form (yet)."""
    if kind not in {form.kind for form in available(dossier, at=at)}:
        raise NotFound(_("Hồ sơ này chưa có mẫu đó."))
    with override("vi"):
        context = context_of(dossier, Kind(kind), at=at)
    return render_form(form_set_of(dossier, at), kind, context)


def render_register(agency: Agency, *, first: dt.date, last: dt.date, at: dt.datetime) -> bytes:
    """The register of the agency for the dossiers accepted from ``first`` to ``last``."""
    desk = numbering.desk_of(Dossier(agency=agency))
    context = FormContext(
        agency=agency.name,
        agency_parent=agency.parent.name if agency.parent else "",
        place=issuing.place_of(Dossier(agency=agency)),
        office=desk.name if desk else "",
        issued_on=at.astimezone(LEGAL_ZONE).date(),
        book=str(first.year) if first.year == last.year else f"{first.year}, {last.year}",
        period=f"Từ ngày {first:%d/%m/%Y} đến ngày {last:%d/%m/%Y}",
        entries=register_entries(agency, first=first, last=last),
        demo=settings.DEMO,
    )
    return render_form(legal.form_set(at), Kind.REGISTER, context)


def form_set_of(dossier: Dossier, at: dt.datetime) -> FormSet:
    """The circular of the day of acceptance; before acceptance, of the day of submission."""
    return FormSet(dossier.form_set or legal.form_set(dossier.submitted_at or at))


def context_of(dossier: Dossier, kind: Kind, *, at: dt.datetime) -> FormContext:
    agency: Any = dossier.agency
    desk = numbering.desk_of(dossier)
    letter = Letter.objects.filter(dossier=dossier).first() if kind == Kind.APOLOGY else None
    book, book_entry = numbering.book_of(dossier)
    journey = answering.journey_of(dossier, at=dossier.submitted_at or at)
    event = _event(dossier, _WRITTEN_BY.get(kind, ""))
    request = _last_request(dossier) if kind == Kind.SUPPLEMENT else None
    issued = event.at if event else (letter and letter.signed_at) or at
    return FormContext(
        agency=agency.name,
        agency_parent=agency.parent.name if agency.parent else "",
        place=issuing.place_of(dossier),
        office=desk.name if desk else "",
        number=numbering.number_of(dossier, kind, desk),
        issued_on=issued.astimezone(LEGAL_ZONE).date(),
        dossier_code=dossier.code or "",
        tracking_url=f"{settings.PUBLIC_URL}{reverse('applications:track')}",
        applicant=dossier.organisation.name if dossier.organisation else dossier.submitter.name,
        address=_contact(journey, "residence"),
        phone=_contact(journey, "phone"),
        email=_contact(journey, "email"),
        procedure=dossier.version.procedure.name,
        components=components_of(dossier, journey),
        time_limit=limit_in_words(dossier),
        received_at=dossier.accepted_at or dossier.submitted_at,
        due_at=request.answer_by if request else dossier.due_at,
        new_due_at=letter.new_due_at if letter else None,
        delivery=str(dossier.get_delivery_display()),
        book=book,
        book_entry=book_entry,
        items=[f"{item['label']}: {item['reason']}" for item in request.items] if request else (),
        reasons=[letter.reason] if letter else _reasons(event),
        legal_bases=[request.legal_basis] if request and request.legal_basis else (),
        officer=letter.signer_name if letter else event.actor.full_name if event and event.actor else "",
        officer_phone=desk.phone if desk else "",
        signer_title=_signer_title(kind, letter),
        steps=routing_of(dossier, at=at) if kind == Kind.ROUTING_SLIP else (),
        partner_agencies=_partners(dossier) if kind == Kind.ROUTING_SLIP else (),
        demo=settings.DEMO,
    )


def components_of(dossier: Dossier, journey: Journey) -> list[Component]:
    """The electronic declaration and every paper sent with it."""
    questions = journey.form.questions
    papers = Attachment.objects.filter(dossier=dossier, removed_at=None).order_by("at", "pk")
    sent = [questions[p.question].label if p.question in questions else p.name for p in papers]
    return [Component(name, electronic=1) for name in (journey.form.official_form, *sent)]


def limit_in_words(dossier: Dossier) -> str:
    limit = dossier.version.time_limit
    if limit.get("value") is None:
        return "theo quy định của thủ tục"
    if limit["value"] == 0:
        return "trong ngày làm việc"
    unit: str = UNITS[limit["unit"]]
    return unit % int(limit["value"])


def routing_of(dossier: Dossier, *, at: dt.datetime) -> list[RoutingStep]:
    """Every hand-over from the acceptance on, and every opinion of another agency: who, when, by when it should have
    been, and whether it was."""
    events = Event.objects.filter(dossier=dossier, kind__in=EDGES).select_related("actor", "agency")
    ordered = list(events.order_by("seq"))
    who = hands.names(ordered)
    chain = chains.chain_of(dossier)
    moments = chains.due_moments(dossier, chain, now=at)
    planned = {chain.declared[number]["id"]: moment for number, moment in moments.items()}
    rows: list[RoutingStep] = []
    giver = dossier.submitter.name
    for event in ordered:
        receiver = who[event.pk]
        if event.agency is not None:
            due = planned.get(event.data.get("step", ""))
            rows.append(
                RoutingStep(
                    unit=event.agency.name,
                    given_by=giver,
                    received_by=receiver,
                    at=event.at,
                    planned=due,
                    outcome=_outcome(event.at, due),
                    note=str(EDGES[event.kind].label),
                )
            )
        giver = receiver
    return sorted([*rows, *_opinions(dossier)], key=lambda row: row.at or at)


def _opinions(dossier: Dossier) -> list[RoutingStep]:
    """Questions to other agencies that are closed, each with its own day."""
    closed = dossier.consultations.filter(closed_at__isnull=False)
    return [
        RoutingStep(
            unit=one.agency.name,
            given_by=one.asked_by.full_name if one.asked_by else "Hệ thống",
            received_by=one.answered_by.full_name if one.answered_by else "",
            at=one.closed_at,
            planned=one.due_at,
            outcome=_outcome(one.closed_at, one.due_at) if one.opinion else "",
            note=str(one.get_opinion_display()) if one.opinion else one.close_reason,
        )
        for one in closed.select_related("agency", "asked_by", "answered_by").order_by("closed_at", "pk")
    ]


def _partners(dossier: Dossier) -> list[str]:
    asked = dossier.consultations.order_by("asked_at", "pk").values_list("agency__name", flat=True)
    return list(dict.fromkeys(asked))


def register_entries(agency: Agency, *, first: dt.date, last: dt.date) -> list[RegisterEntry]:
    """One row a dossier, by day of acceptance; contact data stay in the dossier, where reading is recorded."""
    start = dt.datetime.combine(first, dt.time.min, LEGAL_ZONE)
    end = dt.datetime.combine(last + dt.timedelta(days=1), dt.time.min, LEGAL_ZONE)
    dossiers = Dossier.objects.filter(agency=agency, accepted_at__gte=start, accepted_at__lt=end)
    rows = dossiers.select_related("version__procedure", "submitter", "organisation", "agency").order_by(
        "accepted_at", "pk"
    )
    return entries_of(list(rows))


def entries_of(dossiers: Sequence[Dossier]) -> list[RegisterEntry]:
    """Accepted dossiers as rows of the register, with procedure, submitter and organisation at hand."""
    numbered = [row.pk for row in dossiers]
    moments = Event.objects.filter(dossier__in=numbered, kind__in=("pass_on", "release", "deliver"))
    numbers = FormNumber.objects.filter(dossier__in=numbered, kind=Kind.REGISTER)
    entries = dict(numbers.order_by("seq").values_list("dossier_id", "number"))
    when = {(pk, kind): _day(at) for pk, kind, at in moments.values_list("dossier_id", "kind", "at")}
    return [
        RegisterEntry(
            entry=entries.get(row.pk, 0),
            dossier_code=row.code or "",
            procedure=row.version.procedure.name,
            applicant=row.organisation.name if row.organisation else row.submitter.name,
            contact="",
            agency=row.agency.name if row.agency else "",
            received_on=cast("dt.date", _day(row.accepted_at)),
            due_on=_day(row.due_at),
            passed_on=when.get((row.pk, "pass_on")),
            returned_on=when.get((row.pk, "release")),
            delivered_on=when.get((row.pk, "deliver")),
            delivery=str(row.get_delivery_display()),
            note=str(State(row.state).label),
        )
        for row in dossiers
    ]


def _exists(dossier: Dossier, kind: Kind) -> bool:
    if kind in (Kind.RECEIPT, Kind.ROUTING_SLIP):
        return dossier.accepted_at is not None
    if kind == Kind.SUPPLEMENT:
        return dossier.supplement_count > 0
    if kind == Kind.APOLOGY:
        return Letter.objects.filter(dossier=dossier).exists()
    ended = {Kind.REFUSAL: State.REFUSED, Kind.STOP: State.STOPPED}
    return State(dossier.state) == ended.get(kind)


def _signer_title(kind: Kind, letter: Letter | None) -> str:
    if letter is not None and letter.signer_title:
        return letter.signer_title
    return HEAD_OF_AGENCY if kind in (Kind.APOLOGY, Kind.STOP) else ""


def _event(dossier: Dossier, kind: str) -> Event | None:
    """The last event of this kind: the act a form reports."""
    kinds = ("stop", "expire", "grant_withdrawal") if kind == "stop" else (kind,)
    events = Event.objects.filter(dossier=dossier, kind__in=kinds).select_related("actor", "note")
    return events.order_by("-seq").first()


def _reasons(event: Event | None) -> Sequence[str]:
    if event is None:
        return ()
    note = getattr(event, "note", None)
    return [note.text] if note else [str(EDGES[event.kind].label)]


def _last_request(dossier: Dossier) -> SupplementRequest | None:
    return SupplementRequest.objects.filter(dossier=dossier).order_by("-requested_at").first()


def _contact(journey: Journey, element: str) -> str:
    """What the applicant gave as own address, telephone or e-mail; empty when the form does not ask."""
    for question in journey.form.questions.values():
        answer = journey.answer(question.id)
        if question.of == "requester" and question.element == element and answer is not None:
            return wording.in_words(question, answer.value)
    return ""


def _outcome(moment: dt.datetime | None, due: dt.datetime | None) -> str:
    """Early is on an earlier day."""
    if moment is None or due is None:
        return ""
    if moment > due:
        return "quá hạn"
    return "trước hạn" if _day(moment) != _day(due) else "đúng hạn"


def _day(moment: dt.datetime | None) -> dt.date | None:
    return moment.astimezone(LEGAL_ZONE).date() if moment else None
