"""Dossiers already handed in, as cases for ``simulation``: read in bulk, without names, codes or notes.

Every answer is needed to replay a form, none is shown: what leaves here are counts and ids of the form.
"""

from __future__ import annotations

import datetime as dt
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from django.db.models import Q

from applications import answering, legal, routing
from applications.answering import CORRECTION, OLD, RAW
from applications.models import Answer, Attachment, Dossier, Event
from applications.simulation import Case, Recorded, Terms, World
from applications.states import State
from identity.errors import Refused
from identity.models import Agency
from procedures import journey, rules
from procedures.models import Procedure, ProcedureVersion, ServiceOffering
from procedures.processing import Route

_NOT_ANSWERS = Q(question__startswith=RAW) | Q(question__startswith=CORRECTION) | Q(question__startswith=OLD)


def newest(procedure: Procedure, *, most: int) -> list[int]:
    """Keys of the last dossiers handed in, newest first."""
    handed_in = Dossier.objects.filter(version__procedure=procedure).exclude(state=State.DRAFT)
    return list(handed_in.order_by("-submitted_at", "-pk").values_list("pk", flat=True)[:most])


def terms_of(version: ProcedureVersion) -> Terms:
    """Raises ``schema.SchemaError`` where the form cannot be used."""
    return Terms(answering.form_of_version(version), version.time_limit, version.processing)


def terms_before(keys: Iterable[int]) -> dict[int, Terms]:
    """The terms of every version these dossiers were handed in under."""
    versions = ProcedureVersion.objects.filter(dossiers__in=keys).select_related("procedure").distinct()
    return {version.pk: terms_of(version) for version in versions}


def cases(keys: list[int]) -> list[Case]:
    answers = _answers(keys)
    fees, promised = _fees_at_submission(keys), _promised(keys)
    found: Any = Dossier.objects.filter(pk__in=keys).values(
        "pk", "version", "agency", "channel", "organisation", "submitted_at", "accepted_at", "result__kind"
    )
    return [
        Case(
            key=row["pk"],
            version=row["version"],
            answers=answers[row["pk"]],
            context=rules.context(
                today=answering.legal_day(row["submitted_at"]),
                channel=str(row["channel"]),
                on_behalf=row["organisation"] is not None,
            ),
            submitted_at=row["submitted_at"],
            accepted_at=row["accepted_at"],
            recorded=Recorded(
                agency=row["agency"],
                fee_vnd=fees.get(row["pk"], 0),
                due_at=promised.get(row["pk"]),
                decision=row["result__kind"] or "",
            ),
        )
        for row in found.order_by("-submitted_at", "-pk")
    ]


def _answers(keys: list[int]) -> Mapping[int, dict[str, journey.Answer]]:
    """Uploaded papers count as answers of their file questions, as on the day they were sent."""
    found: dict[int, dict[str, journey.Answer]] = defaultdict(dict)
    rows = Answer.objects.filter(dossier__in=keys).exclude(_NOT_ANSWERS)
    for dossier, question, value, source in rows.values_list("dossier_id", "question", "value", "source"):
        found[dossier][question] = journey.Answer(value, source)
    papers = Attachment.objects.filter(dossier__in=keys, removed_at=None)
    for dossier, question, sha256 in papers.values_list("dossier_id", "question", "sha256"):
        found[dossier][question] = journey.Answer(sha256)
    return found


def _fees_at_submission(keys: list[int]) -> dict[int, int]:
    events = Event.objects.filter(dossier__in=keys, kind="submit")
    return dict(events.values_list("dossier_id", "data__fee_vnd"))


def _promised(keys: list[int]) -> dict[int, dt.datetime]:
    """The date of Form 01, before any pause."""
    events = Event.objects.filter(dossier__in=keys, kind="accept").values_list("dossier_id", "data__due_at")
    return {dossier: dt.datetime.fromisoformat(due_at) for dossier, due_at in events if due_at}


def world(procedure: Procedure) -> World:
    """Agencies, fees of provinces and the calendar; asked once for each place and day."""
    offerings = list(ServiceOffering.objects.filter(procedure=procedure, fee_vnd__isnull=False))

    @cache
    def agency_at(route: Route | None, places: str, on: dt.date) -> int | None:
        try:
            return routing.agency_at(route, json.loads(places), on=on).pk
        except Refused:
            return None

    @cache
    def name_of(agency: int) -> str:
        return Agency.objects.values_list("name", flat=True).get(pk=agency)

    @cache
    def commune_exists(code: str) -> bool:
        return answering.commune_exists(code)

    def agency(route: Route | None, values: Mapping[str, Any], on: dt.date) -> int | None:
        sources = route.sources if route else ()
        places = {name: values[name] for name in sources if isinstance(values.get(name), Mapping)}
        codes = {name: {"commune_code": place.get("commune_code", "")} for name, place in places.items()}
        return agency_at(route, json.dumps(codes), on)

    def local(agency: int, on: dt.date) -> Mapping[str, Any]:
        known: dict[str, Any] = {"agency": name_of(agency)}
        for one in offerings:
            held = one.valid_from <= on and (one.valid_to is None or on <= one.valid_to)
            if one.agency_id == agency and held:
                return known | {"local_fee": one.fee_vnd, "local_fee_basis": one.fee_basis}
        return known

    return World(legal.calendar(), agency, local, commune_exists)
