"""A deputises for B from the page that gives the power to the words over the signature on the paper."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from applications import papers, printing, sweeping, timeline
from applications.models import Event, Outbox, Result
from applications.states import State
from identity.models import Officer, Role
from tests import factories
from tests.applications.desks import desk, press
from tests.applications.second_factor import six_digits
from tests.applications.test_results import words

pytestmark = pytest.mark.django_db


def seated(agency, name: str, title: str, *roles: str) -> tuple[Client, Officer]:
    post = factories.officer(agency, *roles, name=name)
    post.title = title
    post.save()
    return factories.sign_in_officer(Client(), post), post


def test_a_signs_for_b_within_the_days_given_and_the_paper_says_so(settings, tmp_path):
    settings.MEDIA_ROOT, settings.SIGNING_DIR = str(tmp_path / "media"), str(tmp_path / "signing")
    agency, today = factories.commune_agency(), timezone.localdate()
    dossier = factories.proposed(agency)
    chair, _post = seated(agency, "Hoàng Đình Nam", "Chủ tịch", Role.SIGNER)
    vice, vice_post = seated(agency, "Võ Thanh Tùng", "Phó Chủ tịch")
    clerk, _post = seated(agency, "Hồ Thị Ngọc", "Văn thư", Role.REGISTRY_CLERK)
    assert vice.get(reverse("applications:signing")).status_code == 403

    typed = {
        "deputy": vice_post.pk, "role": "signer", "form": "KT", "starts_on": today,
        "ends_on": today + dt.timedelta(days=1), "document_number": "07/UQ", "document_date": today,
    }  # fmt: skip
    assert chair.post(reverse("applications:delegations"), typed).status_code == 302
    page = vice.get(reverse("applications:signing"), {"ho-so": dossier.code})
    assert "thay Hoàng Đình Nam đến" in page.text
    assert press(vice, dossier, "sign", otp=six_digits(vice_post)).status_code == 302
    assert sweeping.run(Outbox.Topic.ISSUE, dossier.pk, at=timezone.now())
    assert press(clerk, dossier, "release").status_code == 302

    dossier.refresh_from_db()
    assert dossier.state == State.DELIVERED
    signed = Event.objects.get(dossier=dossier, kind="sign")
    assert signed.actor_id == vice_post.user_id
    assert "Võ Thanh Tùng thay Hoàng Đình Nam" in clerk.get(desk(dossier)).text
    told = {one.kind: one.who for one in timeline.happenings(dossier)}
    assert told["sign"] == f"Võ Thanh Tùng thay Hoàng Đình Nam, {agency.name}"
    slip = printing.routing_of(dossier, at=timezone.now())
    assert "Võ Thanh Tùng thay Hoàng Đình Nam" in [step.received_by for step in slip]
    said = words(papers.read(Result.objects.get(dossier=dossier).path))
    assert "KT. CHỦ TỊCH PHÓ CHỦ TỊCH" in said
    assert said.count("Võ Thanh Tùng") >= 1
    assert "Hoàng Đình Nam" not in said

    vice.logout()
    factories.sign_in_officer(vice, vice_post)
    lent = vice_post.delegations_received.get()
    assert chair.post(reverse("applications:revoke_delegation", args=[lent.pk])).status_code == 302
    assert vice.get(reverse("applications:signing")).status_code == 403
