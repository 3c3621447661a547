"""The invented officers and citizens of the demonstration."""

from __future__ import annotations

import datetime as dt
import hashlib
from binascii import unhexlify
from typing import TypedDict

from django.conf import settings
from django.utils.translation import gettext as _
from django_otp.oath import TOTP

from identity import services
from identity.eid_mock import people
from identity.errors import Forbidden
from identity.models import Agency, Citizen, Officer, Role
from identity.oidc import LEVELS, Claims
from identity.registers import fake

PASSWORD = "hoa-sen-trinh-dien"  # noqa: S105  shown on a page of the demonstration, refused elsewhere
COMMUNE = "ubnd-phuong-hai-chau"
OTHER_COMMUNE = "ubnd-phuong-thanh-khe"
POLICE = "ca-tp-da-nang"
INSURER = "bhxh-vn"
MINISTRY = "bo-cong-thuong"
JUSTICE = "bo-tu-phap"
PROVINCE = "ubnd-tp-da-nang"
GOVERNMENT_OFFICE = "vpcp"


class DemoOfficer(TypedDict):
    username: str
    full_name: str
    title: str
    agency: str
    roles: list[str]
    totp_key: str
    password: str


def _officer(username: str, full_name: str, title: str, agency: str, *roles: str) -> DemoOfficer:
    return DemoOfficer(
        username=username,
        full_name=full_name,
        title=title,
        agency=agency,
        roles=list(roles),
        totp_key=hashlib.sha256(f"demo {username}".encode()).hexdigest()[:40],
        password=PASSWORD,
    )


OFFICERS: list[DemoOfficer] = [
    _officer("haichau.tiepnhan", "Lê Thị Thu Hà", "Công chức một cửa", COMMUNE, Role.INTAKE),
    _officer("haichau.thuly", "Nguyễn Văn Phúc", "Công chức tư pháp, hộ tịch", COMMUNE, Role.CASE_OFFICER),
    _officer("haichau.duyet", "Trần Thị Mai", "Trưởng phòng", COMMUNE, Role.APPROVER),
    _officer("haichau.ky", "Phạm Quốc Việt", "Phó Chủ tịch", COMMUNE, Role.SIGNER),
    _officer("haichau.vanthu", "Hồ Thị Bích Ngọc", "Văn thư", COMMUNE, Role.REGISTRY_CLERK),
    _officer("haichau.tramyte", "Lê Thị Trâm", "Y sĩ trạm y tế", COMMUNE, Role.INTAKE, Role.CASE_OFFICER),
    _officer(
        "haichau.tramtruong",
        "Ngô Văn Thành",
        "Trạm trưởng trạm y tế",
        COMMUNE,
        Role.SIGNER,
        Role.REGISTRY_CLERK,
    ),
    _officer("haichau.ketoan", "Đỗ Thị Hồng", "Kế toán", COMMUNE, Role.FINANCE),
    _officer("haichau.ketoan2", "Bùi Văn Thành", "Kế toán viên", COMMUNE, Role.FINANCE),
    _officer("haichau.chutich", "Hoàng Đình Nam", "Chủ tịch", COMMUNE, Role.LEADER),
    _officer("congan.tiepnhan", "Trịnh Văn Sơn", "Cán bộ tiếp nhận", POLICE, Role.INTAKE),
    _officer("congan.thuly", "Đinh Thị Yến", "Cán bộ tra cứu hồ sơ", POLICE, Role.CASE_OFFICER),
    _officer("congan.duyet", "Vũ Đức Thắng", "Trưởng phòng Hồ sơ", POLICE, Role.APPROVER),
    _officer("congan.ky", "Nguyễn Hữu Trí", "Phó Giám đốc", POLICE, Role.SIGNER),
    _officer("congan.vanthu", "Cao Thị Lệ", "Văn thư", POLICE, Role.REGISTRY_CLERK),
    _officer("congan.ketoan", "Lâm Thị Cúc", "Kế toán", POLICE, Role.FINANCE),
    _officer("congan.ketoan2", "Hà Minh Đức", "Kế toán viên", POLICE, Role.FINANCE),
    _officer("bhxh.tiepnhan", "Tống Thị Hoa", "Chuyên viên tiếp nhận", INSURER, Role.INTAKE),
    _officer("bhxh.thuly", "Kiều Văn Toàn", "Chuyên viên cấp thẻ", INSURER, Role.CASE_OFFICER),
    _officer("bhxh.duyet", "Đoàn Thị Lan", "Trưởng phòng", INSURER, Role.APPROVER),
    _officer("bhxh.ky", "Châu Đức Anh", "Phó Giám đốc", INSURER, Role.SIGNER),
    _officer("bhxh.vanthu", "Quách Thị Ngà", "Văn thư", INSURER, Role.REGISTRY_CLERK),
    _officer("congthuong.tiepnhan", "Lý Gia Hân", "Chuyên viên một cửa", MINISTRY, Role.INTAKE),
    _officer("congthuong.thuly", "Mai Xuân Trường", "Chuyên viên Cục Hóa chất", MINISTRY, Role.CASE_OFFICER),
    _officer("congthuong.duyet", "Dương Thị Thanh", "Trưởng phòng", MINISTRY, Role.APPROVER),
    _officer("congthuong.ky", "Tạ Quang Minh", "Phó Cục trưởng", MINISTRY, Role.SIGNER),
    _officer("congthuong.vanthu", "Chu Thị Hạnh", "Văn thư", MINISTRY, Role.REGISTRY_CLERK),
    _officer("tuphap.bientap", "Lê Thị Thu Thủy", "Biên tập viên", JUSTICE, Role.EDITOR),
    _officer("tuphap.phaply", "Ngô Quang Huy", "Thẩm định viên", JUSTICE, Role.LEGAL_REVIEWER),
    _officer("tuphap.congbo", "Bùi Thị Lan Anh", "Phó Cục trưởng", JUSTICE, Role.PUBLISHER),
    _officer("vpcp.bientap", "Đặng Thị Minh Châu", "Biên tập viên cổng", GOVERNMENT_OFFICE, Role.EDITOR),
    _officer("danang.bientap", "Phan Thanh Tùng", "Chuyên viên kiểm soát thủ tục", PROVINCE, Role.EDITOR),
    _officer("thanhkhe.thuly", "Tô Văn Lâm", "Công chức tư pháp, hộ tịch", OTHER_COMMUNE, Role.CASE_OFFICER),
]


def load(at: dt.datetime) -> list[Officer]:
    """All officers and citizens of the demonstration; a second call changes nothing that is there."""
    if not settings.DEMO:
        raise Forbidden(_("Dữ liệu trình diễn không được nạp vào cổng thật."))
    for person in fake.persons():
        citizen(person["nick"], at)
    present = set(Officer.objects.values_list("user__username", flat=True))
    for one in OFFICERS:
        if one["username"] not in present:
            agency = Agency.objects.get(key=one["agency"])
            services.create_officer(**{**one, "agency": agency})  # type: ignore[arg-type]
    return list(Officer.objects.filter(user__username__in=[one["username"] for one in OFFICERS]))


def citizen(nick: str, at: dt.datetime) -> Citizen:
    """A person of the demonstration as the eID would sign them in."""
    person = fake.person(nick)
    number = person["number"]
    known = Citizen.objects.filter(number=number).first()
    if known is not None:
        return known
    claims = Claims(
        sub=people.subject(number, settings.EID_CLIENT_ID),
        number=number,
        name=person["full_name"],
        date_of_birth=dt.date.fromisoformat(person["date_of_birth"]),
        sex=person["sex"],
        level=LEVELS[people.acr(number)],
        tax_codes=tuple(people.tax_codes(number)),
    )
    return services.sign_in_citizen(claims=claims, at=at)


def code(totp_key: str, at: dt.datetime) -> str:
    """The six digits an officer's device shows at this instant."""
    device = TOTP(unhexlify(totp_key))
    device.time = at.timestamp()
    return f"{device.token():06d}"
