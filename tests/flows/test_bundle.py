"""One form, three dossiers: each at its own agency with its own clock and result; what fails undoes nothing."""

from __future__ import annotations

import datetime as dt
import json
from functools import partial

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from applications import actors, services
from applications.models import Answer, Bundle, BundlePart, Dossier, Event
from applications.states import State
from identity.errors import Conflict, Forbidden, Refused
from identity.models import Role
from notifications.models import Message
from procedures import bundles as mapping
from procedures import personas
from procedures.edition import Edition
from procedures.journey import Journey
from procedures.lint import lint, structure
from procedures.lint.material import Material
from procedures.schema import load
from tests import factories
from tests.applications.walking import DEFINITIONS
from tests.faults.machinery import at_once
from tests.flows import bundles
from tests.flows.bundles import BIRTH, DEATH, NUMBER_OF_THE_CHILD

TODAY = dt.date(2026, 11, 25)
Stage = BundlePart.Stage


def definition(slug: str):
    return load(json.loads((DEFINITIONS / f"{slug}.json").read_text()))


def questions(slug: str, persona: personas.Persona) -> int:
    burden = personas.standard(definition(slug), persona, today=TODAY).burden
    return burden.typed + burden.chosen + burden.uploads


def stages(bundle: Bundle) -> list[str]:
    return [part.stage for part in bundle.parts.select_related("dossier").order_by("position")]


def answer(dossier: Dossier, question: str):
    row = Answer.objects.get(dossier=dossier, question=question)
    return row.value, row.source


@pytest.fixture
def commune(db):
    return bundles.commune()


@pytest.mark.parametrize("slug", [BIRTH, DEATH])
@pytest.mark.parametrize("persona", personas.PERSONAS)
def test_a_bundle_asks_at_least_sixty_percent_fewer_questions_than_its_parts(slug, persona):
    apart = sum(questions(part.procedure, persona) for part in mapping.parts_of(slug))
    assert questions(slug, persona) <= 0.4 * apart


@pytest.mark.parametrize("slug", [BIRTH, DEATH])
def test_whatever_is_answered_no_part_lacks_an_answer_that_only_the_bundle_could_give(slug):
    form, parts = definition(slug), mapping.parts_of(slug)
    result = {
        "number": "12/2026/H17",
        "agency": "UBND phường Hải Châu",
        "personal_number": NUMBER_OF_THE_CHILD,
    }
    context = personas.context(TODAY)
    assert mapping.faults(form, parts) == []
    forms = {part.procedure: definition(part.procedure) for part in parts}
    for walk in personas.walks(form, today=TODAY):
        journey = Journey(form, walk.answers, context)
        for part in parts:
            if mapping.wanted(part, journey):
                given = mapping.carry(journey, forms[part.procedure], part, result)
                assert mapping.unanswered(forms[part.procedure], given, context) == [], walk.name


def test_lint_finds_a_bundle_that_no_longer_asks_what_its_parts_take():
    record = {"bundle_of": [part.procedure for part in mapping.parts_of(DEATH)]}
    form = json.loads((DEFINITIONS / f"{DEATH}.json").read_text())
    whole = Edition(slug=DEATH, online_level="full", content=record, form=form, processing={})
    assert not [one for one in lint(whole) if "bundle" in one.mend]
    other = {**record, "bundle_of": record["bundle_of"][:2]}
    page = next(page for page in form["pages"] if page["id"] == "deceased")
    page["questions"] = [one for one in page["questions"] if one["id"] != "dec_last_residence"]
    form["result_fields"] = []
    broken = Edition(slug=DEATH, online_level="full", content=other, form=form, processing={})
    places = {one.place for one in structure.parts(Material(broken))}
    assert places == {"content.bundle_of", "form.pages"}


def test_a_part_that_forgets_a_question_is_caught():
    form, part = definition(DEATH), mapping.parts_of(DEATH)[1]
    broken = mapping.Part(part.procedure, after=part.after)
    journey = Journey(form, personas.standard(form, "known", today=TODAY).answers, personas.context(TODAY))
    given = mapping.carry(journey, definition(part.procedure), broken, {})
    assert "removal_reason" in mapping.unanswered(definition(part.procedure), given, personas.context(TODAY))
    assert mapping.faults(form, (mapping.Part("x", answers={"a": "nobody == ''"}),))


def test_a_birth_becomes_three_dossiers_each_at_its_own_agency(commune):
    bundle = bundles.handed_in(BIRTH)
    assert stages(bundle) == [Stage.FILED, Stage.WAITING, Stage.WAITING]
    birth = bundles.dossier_of(bundle, "birth-registration")
    assert (birth.agency, birth.state) == (commune, State.SUBMITTED)
    assert bundle.code == f"{commune.identifier}-LT-{birth.code.rsplit('-', 2)[1]}-0001"
    assert services.file_waiting(at=timezone.now()) == 0
    bundles.granted(birth, personal_number=NUMBER_OF_THE_CHILD)
    assert services.file_waiting(at=timezone.now()) == 2
    assert stages(bundle) == [Stage.FILED] * 3
    residence = bundles.dossier_of(bundle, "permanent-residence")
    card = bundles.dossier_of(bundle, "health-insurance-card")
    assert (residence.agency, card.agency.key) == (commune, "bhxh-vn")
    assert len({birth.code, residence.code, card.code}) == 3
    assert None not in (residence.answer_due_at, card.answer_due_at)
    assert answer(residence, "members")[0][0]["member_id"] == NUMBER_OF_THE_CHILD
    assert answer(card, "child_id") == (NUMBER_OF_THE_CHILD, "civil_status_db")
    assert answer(card, "child_sex")[1] == "birth_notification_db"
    assert (residence.fee_vnd, residence.state) == (0, State.SUBMITTED)
    kinds = Event.objects.filter(dossier=card).order_by("seq").values_list("kind", flat=True)
    assert list(kinds) == ["submit", "bundle_joined"]
    assert not Message.objects.filter(template="bundle.needs_you").exists()


def test_a_second_submit_changes_nothing_and_the_form_is_kept_as_it_was(commune):
    draft = bundles.draft(BIRTH)
    stale, by = Dossier.objects.get(pk=draft.pk), actors.citizen(draft.submitter)
    first = services.submit_bundle(dossier=draft, by=by, at=timezone.now())
    assert services.submit_bundle(dossier=stale, by=by, at=timezone.now()) == first
    assert Dossier.objects.exclude(state=State.DRAFT).count() == 1
    for change in (
        lambda: services.save_answers(dossier=draft, answers={"child_name": "X"}, by=by, at=timezone.now()),
        lambda: services.discard_draft(dossier=draft, by=by, at=timezone.now()),
        lambda: services.attach(
            dossier=draft, question="q", name="a.png", content=bundles.picture(), by=by, at=timezone.now()
        ),
    ):
        with pytest.raises(Conflict, match="liên thông"):
            change()
    with pytest.raises(Refused, match="liên thông"):
        services.submit(dossier=draft, by=by, at=timezone.now())
    with pytest.raises(Forbidden):
        services.submit_bundle(dossier=draft, by=actors.citizen(factories.citizen()), at=timezone.now())


@pytest.mark.django_db(transaction=True)
def test_two_submits_and_two_workers_at_once_file_each_part_once():
    bundles.commune()
    draft = bundles.draft(BIRTH)
    by, at = actors.citizen(draft.submitter), timezone.now()
    copies = [Dossier.objects.select_related("submitter__user").get(pk=draft.pk) for _one in range(2)]
    first, second = at_once(*[partial(services.submit_bundle, dossier=copy, by=by, at=at) for copy in copies])
    assert first == second == Bundle.objects.get()
    bundles.granted(bundles.dossier_of(first, "birth-registration"), personal_number=NUMBER_OF_THE_CHILD)
    filed = at_once(*[partial(services.file_waiting, at=timezone.now())] * 2)
    assert sum(filed) == 2
    assert stages(first) == [Stage.FILED] * 3
    assert Dossier.objects.exclude(code=None).count() == 3
    assert Dossier.objects.count() == 4


def test_nothing_is_kept_when_the_first_part_cannot_be_filed(commune):
    draft = bundles.draft(BIRTH)
    type(commune).objects.filter(pk=commune.pk).update(valid_to=dt.date(2026, 1, 1))
    with pytest.raises(Refused):
        services.submit_bundle(dossier=draft, by=actors.citizen(draft.submitter), at=timezone.now())
    draft.refresh_from_db()
    assert draft.is_draft
    assert not Bundle.objects.exists()
    assert Dossier.objects.count() == 1


def test_a_refused_birth_ends_what_waited_for_it_and_the_citizen_is_told(commune, client):
    bundle = bundles.handed_in(BIRTH)
    bundles.refused(bundles.dossier_of(bundle, "birth-registration"))
    assert services.file_waiting(at=timezone.now()) == 2
    assert stages(bundle) == [Stage.FILED, Stage.GIVEN_UP, Stage.GIVEN_UP]
    assert services.file_waiting(at=timezone.now()) == 0
    assert Message.objects.filter(template="bundle.needs_you").count() == 2
    factories.sign_in_citizen(client, bundle.form.submitter)
    page = client.get(reverse("applications:bundle", args=[bundle.code])).content.decode()
    assert page.count("không có kết quả") == 2
    assert page.count("Nộp riêng") == 3


def test_a_refused_child_leaves_the_others_as_they_are(commune):
    bundle = bundles.handed_in(BIRTH)
    birth = bundles.granted(
        bundles.dossier_of(bundle, "birth-registration"), personal_number=NUMBER_OF_THE_CHILD
    )
    services.file_waiting(at=timezone.now())
    bundles.refused(bundles.dossier_of(bundle, "permanent-residence"))
    card = bundles.granted(bundles.dossier_of(bundle, "health-insurance-card"))
    birth.refresh_from_db()
    assert (birth.state, card.state) == (State.DELIVERED, State.DELIVERED)
    assert bundles.dossier_of(bundle, "permanent-residence").state == State.REFUSED


def test_a_birth_without_a_number_leaves_a_draft_that_the_citizen_finishes(commune, client):
    bundle = bundles.handed_in(BIRTH)
    bundles.granted(bundles.dossier_of(bundle, "birth-registration"))
    services.file_waiting(at=timezone.now())
    assert stages(bundle) == [Stage.FILED, Stage.UNFINISHED, Stage.UNFINISHED]
    card = bundles.dossier_of(bundle, "health-insurance-card")
    by = actors.citizen(card.submitter)
    services.save_answers(dossier=card, answers={"child_id": NUMBER_OF_THE_CHILD}, by=by, at=timezone.now())
    services.submit(dossier=card, by=by, at=timezone.now())
    assert stages(bundle) == [Stage.FILED, Stage.UNFINISHED, Stage.FILED]
    residence = bundle.parts.get(position=1)
    services.give_up_part(part=residence, by=by, at=timezone.now())
    assert stages(bundle) == [Stage.FILED, Stage.GIVEN_UP, Stage.FILED]


def test_a_part_without_an_agency_is_held_up_until_it_is_tried_again(commune, client):
    bundle = bundles.handed_in(BIRTH)
    insurer = type(commune).objects.get(key="bhxh-vn")
    type(commune).objects.filter(pk=insurer.pk).update(key="bhxh-cu")
    bundles.granted(bundles.dossier_of(bundle, "birth-registration"), personal_number=NUMBER_OF_THE_CHILD)
    services.file_waiting(at=timezone.now())
    assert stages(bundle) == [Stage.FILED, Stage.FILED, Stage.HELD_UP]
    type(commune).objects.filter(pk=insurer.pk).update(key="bhxh-vn")
    factories.sign_in_citizen(client, bundle.form.submitter)
    client.post(reverse("applications:bundle_part", args=[bundle.code, 3, "thu-lai"]))
    assert stages(bundle) == [Stage.FILED] * 3
    client.post(reverse("applications:bundle_part", args=[bundle.code, 3, "thu-lai"]))
    assert BundlePart.objects.filter(dossier__isnull=False).count() == 3


def test_a_death_frees_the_residence_and_asks_for_the_support_with_one_failing(commune):
    bundle = bundles.handed_in(DEATH)
    death = bundles.dossier_of(bundle, "death-registration")
    assert death.attachments.get().question == "doc_death_notification_or_substitute"
    bundles.granted(death, death_cause="Bệnh")
    services.file_waiting(at=timezone.now())
    assert stages(bundle) == [Stage.FILED, Stage.UNFINISHED, Stage.FILED]
    support = bundles.dossier_of(bundle, "funeral-support")
    assert answer(support, "death_record_no")[1] == "civil_status_db"
    assert answer(support, "death_date") == ("2026-11-20", "citizen")
    clerk = actors.officer(factories.officer(commune, Role.INTAKE))
    services.refuse(dossier=support, reason="Không thuộc diện", by=clerk, at=timezone.now())
    death.refresh_from_db()
    assert death.state == State.DELIVERED


def test_who_asks_for_no_support_gets_no_dossier_for_it(commune):
    bundle = bundles.handed_in(DEATH, benefit_kind="none")
    assert [part.procedure.slug for part in bundle.parts.all()] == [
        "death-registration",
        "residence-deregistration",
    ]


def test_all_is_asked_back_at_once_and_each_agency_answers_for_itself(commune, client):
    bundle = bundles.handed_in(BIRTH)
    birth = bundles.dossier_of(bundle, "birth-registration")
    factories.sign_in_citizen(client, bundle.form.submitter)
    address = reverse("applications:withdraw_bundle", args=[bundle.code])
    assert client.post(address, {"ly_do": " "}).status_code == 422
    assert stages(bundle) == [Stage.FILED, Stage.WAITING, Stage.WAITING]
    assert client.post(address, {"ly_do": "Chuyển đi nơi khác"}).status_code == 302
    birth.refresh_from_db()
    assert birth.state == State.WITHDRAWAL_REQUESTED
    assert stages(bundle) == [Stage.FILED, Stage.GIVEN_UP, Stage.GIVEN_UP]
    assert services.file_waiting(at=timezone.now()) == 0


def test_the_pages_show_what_each_may_see(commune, client):
    draft = bundles.draft(BIRTH)
    factories.sign_in_citizen(client, draft.submitter)
    looked = {f"raw.{page.id}": {} for page in definition(BIRTH).pages}
    by = actors.citizen(draft.submitter)
    services.save_answers(dossier=draft, answers=looked, by=by, at=timezone.now())
    check = client.get(reverse("applications:check", args=[draft.key])).content.decode()
    assert "cổng lập các hồ sơ này" in check
    assert "Bảo hiểm xã hội Việt Nam" in check
    sent = client.post(reverse("applications:check", args=[draft.key]), {"cam_doan": "1"})
    bundle = Bundle.objects.get()
    assert sent["Location"] == reverse("applications:bundle", args=[bundle.code])
    birth = bundles.dossier_of(bundle, "birth-registration")
    page = client.get(reverse("applications:bundle", args=[bundle.code])).content.decode()
    assert "Cổng nộp tiếp khi có kết quả «birth-registration»" in page
    assert commune.name in page
    assert bundle.code in client.get(reverse("applications:mine")).content.decode()
    resumed = client.get(reverse("applications:resume", args=[draft.key]))
    assert resumed["Location"] == reverse("applications:bundle", args=[bundle.code])
    bundles.granted(birth, personal_number=NUMBER_OF_THE_CHILD)
    services.file_waiting(at=timezone.now())
    factories.sign_in_citizen(client, factories.citizen())
    assert client.get(reverse("applications:bundle", args=[bundle.code])).status_code == 404
    card = bundles.dossier_of(bundle, "health-insurance-card")
    post = factories.officer(card.agency, Role.CASE_OFFICER)
    factories.sign_in_officer(client, post)
    desk = client.get(reverse("applications:workspace", args=[card.code])).content.decode()
    assert f"Thuộc hồ sơ liên thông {bundle.code.replace('-', ' – ')}" in desk
    assert "birth-registration: Đã trả kết quả" in desk
    assert birth.code not in desk
    assert client.get(reverse("applications:workspace", args=[birth.code])).status_code == 404


def test_a_closed_part_can_hold_no_dossier(commune):
    part = bundles.handed_in(BIRTH).parts.get(position=0)
    with pytest.raises(IntegrityError), transaction.atomic():
        BundlePart.objects.filter(pk=part.pk).update(closed_at=timezone.now())
