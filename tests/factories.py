"""Small worlds for tests: an agency with its people, a citizen, a short procedure and a dossier in any state."""

from __future__ import annotations

import datetime as dt
import itertools
from typing import Any

from django.test import Client
from django.utils import timezone
from django_otp import DEVICE_ID_SESSION_KEY
from django_otp.plugins.otp_totp.models import TOTPDevice

from applications import actors, services
from applications.models import Dossier
from identity.models import AdministrativeUnit, Agency, Citizen, Officer, Role, User
from procedures.models import Procedure, ProcedureVersion

BACKEND = "django.contrib.auth.backends.ModelBackend"
KIND = "commune_people_committee"
_numbers = itertools.count(1)

FORM: dict[str, Any] = {
    "procedure_id": "short-birth",
    "official_form": "Tờ khai đăng ký khai sinh",
    "pages": [
        {
            "id": "requester",
            "title": "Người yêu cầu",
            "questions": [
                {
                    "id": "req_name",
                    "kind": "name",
                    "label": "Họ, chữ đệm và tên của bạn",
                    "required": True,
                    "of": "requester",
                    "element": "full_name",
                    "prefill": {"register": "national_population_db", "path": "full_name"},
                },
                {
                    "id": "req_residence",
                    "kind": "address",
                    "label": "Nơi cư trú của bạn",
                    "required": True,
                    "of": "requester",
                    "element": "residence",
                    "prefill": {"register": "national_population_db", "path": "residence"},
                },
            ],
        },
        {
            "id": "child",
            "title": "Trẻ được khai sinh",
            "questions": [
                {"id": "child_name", "kind": "name", "label": "Họ tên của trẻ", "required": True},
                {
                    "id": "child_dob",
                    "kind": "date",
                    "label": "Ngày sinh của trẻ",
                    "required": True,
                    "max": "today",
                },
                {
                    "id": "result_delivery",
                    "kind": "choice",
                    "label": "Cách nhận kết quả",
                    "required": True,
                    "choices": [
                        {"code": "electronic", "label": "Bản điện tử"},
                        {"code": "counter", "label": "Bản giấy tại quầy"},
                    ],
                },
            ],
        },
        {
            "id": "papers",
            "title": "Giấy tờ kèm theo",
            "questions": [{"id": "doc_notice", "kind": "file", "label": "Giấy chứng sinh", "component": 1}],
        },
    ],
    "result_fields": [
        {"label": "Họ tên của trẻ", "source": "child_name"},
        {"label": "Ngày sinh của trẻ", "source": "child_dob"},
    ],
}
STEPS = [
    {"id": "examine", "kind": "examine", "role": "case_officer", "name_vi": "Thẩm tra", "name_en": "Examine"},
    {"id": "sign", "kind": "sign", "role": "signer", "name_vi": "Ký", "name_en": "Sign"},
    {
        "id": "release",
        "kind": "release",
        "role": "registry_clerk",
        "name_vi": "Phát hành",
        "name_en": "Release",
    },
]
APPROVE = {
    "id": "approve",
    "kind": "approve",
    "role": "approver",
    "name_vi": "Phê duyệt",
    "name_en": "Approve",
}
PROCESSING = {"steps": STEPS, "routing": {"level": "commune", "kind": KIND, "from": ["req_residence"]}}


def commune_agency(name: str = "Hải Châu") -> Agency:
    """A People's Committee of a commune, with its province above."""
    number = next(_numbers)
    province = AdministrativeUnit.objects.create(
        code=f"F{number % 10_000}", level="province", name="Thành phố Đà Nẵng", name_en="Da Nang"
    )
    commune = AdministrativeUnit.objects.create(
        code=f"{20000 + number}", level="commune", name=f"Phường {name}", name_en=name, parent=province
    )
    parent = Agency.objects.create(
        key=f"province-{number}",
        name="UBND thành phố Đà Nẵng",
        level="province",
        kind="province_people_committee",
    )
    return Agency.objects.create(
        key=f"commune-{number}",
        identifier=f"H17.20.{number}",
        name=f"UBND phường {name}",
        level="commune",
        kind=KIND,
        parent=parent,
        unit=commune,
    )


def citizen(name: str = "Nguyễn Thị Minh Hạnh", number: str = "", level: int = 2) -> Citizen:
    serial = next(_numbers)
    user = User.objects.create(username=f"citizen-{serial}", full_name=name)
    return Citizen.objects.create(
        user=user, number=number or f"048195{serial:06}", name=name, assurance_level=level
    )


def officer(agency: Agency, *roles: str, name: str = "Trần Quốc Bảo") -> Officer:
    """An officer with a confirmed second factor."""
    user = User.objects.create(username=f"officer-{next(_numbers)}", full_name=name)
    TOTPDevice.objects.create(user=user, name="default")
    return Officer.objects.create(user=user, agency=agency, title="Công chức", roles=list(roles))


def everyone(agency: Agency) -> Officer:
    """One post that holds every role of the handling of a dossier."""
    return officer(
        agency,
        Role.INTAKE,
        Role.CASE_OFFICER,
        Role.APPROVER,
        Role.SIGNER,
        Role.REGISTRY_CLERK,
        name="Lê Mọi Vai",
    )


def sign_in_officer(client: Client, post: Officer, *, second_factor: bool = True) -> Client:
    client.force_login(post.user, backend=BACKEND)
    if second_factor:
        session = client.session
        session[DEVICE_ID_SESSION_KEY] = TOTPDevice.objects.get(user=post.user).persistent_id
        session.save()
    return client


def sign_in_citizen(client: Client, person: Citizen) -> Client:
    client.force_login(person.user, backend=BACKEND)
    return client


def version(**changes: Any) -> ProcedureVersion:
    """A short published procedure, in force for a long time, answered in 5 working days."""
    number = next(_numbers)
    procedure = Procedure.objects.create(
        slug=f"short-birth-{number}",
        code=f"9.{number:06}",
        name="Đăng ký khai sinh",
        name_en="Birth registration",
    )
    values: dict[str, Any] = {
        "procedure": procedure,
        "number": 1,
        "status": ProcedureVersion.Status.PUBLISHED,
        "online_level": "full",
        "effective_from": dt.date(2024, 1, 1),
        "published_at": dt.datetime(2024, 1, 1, tzinfo=dt.UTC),
        "content": {
            "time_limit": {"value": 5, "unit": "working_days"},
            "result": {"name_vi": "Giấy khai sinh"},
            "legal_bases": ["Luật Hộ tịch 2014"],
        },
        "form": FORM,
        "processing": PROCESSING,
    }
    return ProcedureVersion.objects.create(**{**values, **changes})


def answers(agency: Agency, **changes: Any) -> dict[str, Any]:
    address = {"detail": "12 Bạch Đằng", "commune_code": agency.unit.code, "country": "VN"}
    return {
        "req_name": "Nguyễn Thị Minh Hạnh",
        "req_residence": address,
        "child_name": "Lê Nguyễn An Nhiên",
        "child_dob": "2026-10-20",
        "result_delivery": "electronic",
        **changes,
    }


def draft(
    agency: Agency,
    *,
    of: ProcedureVersion | None = None,
    by: Citizen | None = None,
    at: dt.datetime | None = None,
    **changes: Any,
) -> Dossier:
    """A complete draft, ready to be submitted."""
    at = at or timezone.now()
    person = by or citizen()
    dossier = services.start(version=of or version(), submitter=person, at=at)
    services.save_answers(
        dossier=dossier, answers=answers(agency, **changes), by=actors.citizen(person), at=at
    )
    return dossier


def submitted(agency: Agency, *, at: dt.datetime | None = None, **arguments: Any) -> Dossier:
    at = at or timezone.now()
    dossier = draft(agency, at=at, **arguments)
    return services.submit(dossier=dossier, by=actors.citizen(dossier.submitter), at=at)


def processing(agency: Agency, *, at: dt.datetime | None = None, **arguments: Any) -> Dossier:
    """Accepted and handed to the specialised unit: the first step begins."""
    at = at or timezone.now()
    dossier = submitted(agency, at=at, **arguments)
    clerk = actors.officer(officer(agency, Role.INTAKE, name="Lương Thị Hiền"))
    services.accept(dossier=dossier, by=clerk, at=at)
    return services.pass_on(dossier=dossier, by=clerk, at=at)


def proposed(agency: Agency, *, at: dt.datetime | None = None, **arguments: Any) -> Dossier:
    at = at or timezone.now()
    dossier = processing(agency, at=at, **arguments)
    drafter = actors.officer(officer(agency, Role.CASE_OFFICER, name="Phan Văn Thụ Lý"))
    services.propose(dossier=dossier, kind="grant", by=drafter, at=at)
    return dossier
