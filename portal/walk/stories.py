"""The main job, three times: birth registration, judicial record, chemical import declaration.

Each story is a generator of what was done; the caller times the steps. Everything goes over HTTP.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from django.utils import timezone

from applications.states import State
from portal.walk.people import Office, citizen, save, sign_in, wait_for, wait_for_button
from portal.walk.person import Lost, Person

CODE = re.compile(r"[A-Z]\d{2}(?:\.\d{1,3}){0,4}-\d{6}-\d{4,6}")
VERIFIED = "Giấy này là thật và còn hiệu lực"
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n%%EOF\n"
Story = Iterator[str]
BIRTH_ANSWERS = {
    "child_name": "Lê Nguyễn An Nhiên",
    "ethnicity_source": "father",
    "hometown_source": "father",
    "copies_delivery": "electronic",
}
JUDICIAL_ANSWERS = {
    "app_phone": "0905123456",
    "record_type": "no1",
    "ban_confirm": "no",
    "use_purpose": "Xin thực tập tại doanh nghiệp",
    "copies_count": "1",
    "fee_group": "half",
    "result_delivery": "electronic",
}


def birth(base: str, papers: Path) -> Story:
    """Scenario A: married parents, electronic birth notice; one name typed, three things chosen."""
    mother = citizen(base, "hanh")
    mother.open("/").press("Tìm", {"q": "lam khai sinh"}).follow("Đăng ký khai sinh")
    yield "tìm «lam khai sinh», mở trang thủ tục"
    begin(mother).expect("Bạn đồng ý để cổng lấy dữ liệu này")
    yield "đăng nhập định danh điện tử"
    mother.press("Đồng ý và tiếp tục").expect("Đã biết, bạn không cần khai")
    yield "đồng ý, cổng lấy dữ liệu từ các cơ sở dữ liệu"
    mother.press("Tiếp tục", BIRTH_ANSWERS)
    mother.expect("Kiểm tra lại trước khi nộp")
    yield "gõ 1 ô, chọn 3 mục"
    code = submit(mother)
    yield f"nộp hồ sơ {code}"
    office = Office(base, "haichau")
    office.dossier("tiepnhan", code).press("Tiếp nhận và chuyển xử lý")
    save(mother, f"/ho-so/{code}/bieu-mau/receipt/", papers / "khai-sinh-mau-01.pdf")
    yield "một cửa tiếp nhận, ra Mẫu 01, chuyển công chức hộ tịch"
    office.dossier("thuly", code).press("Trình kết quả", {"kind": "grant"})
    yield "công chức hộ tịch thẩm tra, trình"
    yield from sign_and_release(office, code)
    yield receive(mother, code, papers / "giay-khai-sinh.pdf")


def judicial_record(base: str, papers: Path) -> Story:
    """A student's reduced fee of 100,000 đồng, paid online; examine, approve, sign, release."""
    student = citizen(base, "quan")
    student.open("/thu-tuc/3.000333/")
    begin(student).press("Đồng ý và tiếp tục")
    yield "mở thủ tục, đăng nhập, đồng ý lấy dữ liệu"
    answer(student, JUDICIAL_ANSWERS, {"doc_fee_group": ("the-sinh-vien.pdf", PDF, "application/pdf")})
    code = submit(student)
    yield f"khai và nộp hồ sơ {code}"
    student.expect("100.000 đồng").press("Thanh toán 100.000 đồng").press("Trả tiền")
    wait_for(student.open(f"/ho-so/{code}/"), str(State.SUBMITTED.label))
    yield "trả 100.000 đồng qua cổng thanh toán, hồ sơ tự đi tiếp"
    office = Office(base, "congan")
    office.dossier("tiepnhan", code).press("Tiếp nhận và chuyển xử lý")
    save(student, f"/ho-so/{code}/bieu-mau/receipt/", papers / "ly-lich-mau-01.pdf")
    yield "Công an thành phố tiếp nhận, ra Mẫu 01"
    office.dossier("thuly", code).press("Trình kết quả", {"kind": "grant"})
    yield "cán bộ tra cứu, trình"
    office.dossier("duyet", code).press("Phê duyệt")
    yield "lãnh đạo phòng phê duyệt"
    yield from sign_and_release(office, code)
    yield receive(student, code, papers / "phieu-ly-lich-tu-phap.pdf")


def chemical(base: str, papers: Path) -> Story:
    """A company's declaration, decided by the published rule with no officer."""
    director = declare(base)
    yield "đại diện công ty đăng nhập, khai lô hóa chất"
    code = submit(director)
    wait_for(director.open(f"/ho-so/{code}/"), str(State.DELIVERED.label))
    yield f"nộp {code}; quy tắc quyết định, ký số, trả kết quả"
    yield receive(director, code, papers / "phan-hoi-hoa-chat.pdf")


def begin(person: Person) -> Person:
    """From the start button of a procedure to the consent page, whatever stands between: eID, company, old draft."""
    person.press("Bắt đầu")
    if person.has_button("Đăng nhập bằng định danh điện tử"):
        sign_in(person)
    if "Bạn làm cho ai" in person.heading:
        chosen = person.page.xpath("//input[@name='acting_for'][@value!='']/@value")[0]
        person.press("Tiếp tục", {"acting_for": chosen})
    if person.has_button("Làm hồ sơ mới"):
        person.press("Làm hồ sơ mới")
    return person


def declare(base: str) -> Person:
    """A complete chemical declaration, ready on its check page."""
    director = citizen(base, "huy").open("/thu-tuc/chemical-import-declaration/")
    begin(director).press("Đồng ý và tiếp tục")
    return complete_declaration(director)


def complete_declaration(director: Person) -> Person:
    day = timezone.localdate()
    answers = {
        "org_phone": "02363888999",
        "activity_kind": "trade",
        "store_address-province": "48",
        "store_address-commune": "Hải Châu",
        "items-0-trade_name": "Acetone công nghiệp",
        "items-0-chem_name": "Propan-2-one",
        "items-0-cas": "67-64-1",
        "items-0-content": "99,5",
        "items-0-hs": "29141100",
        "items-0-amount": "1200",
        "items-0-amount_unit": "kg",
        "use_purpose": "Dung môi sơn",
        "origin": "KR",
        "invoice": "INV-2026-118",
        "invoice_day-day": str(day.day),
        "invoice_day-month": str(day.month),
        "invoice_day-year": str(day.year),
        "exporter": "Hanbit Chemical Co., Ltd",
        "exporter_country": "KR",
        "gate": "Cảng Tiên Sa",
    }
    files = {
        name: (f"{name}.pdf", PDF, "application/pdf")
        for name in ("doc_commercial_invoice", "doc_safety_data_sheet_in_vietnamese")
    }
    return answer(director, answers, files)


def answer(person: Person, answers: dict[str, str], files: Mapping[str, object] | None = None) -> Person:
    """Fill every page that asks something, until the check page; a page that returns is an error."""
    for _ in range(12):
        if "Kiểm tra lại trước khi nộp" in person.heading:
            return person
        asked = set(person.page.xpath("//main//form//*[@name]/@name"))
        sent = {name: file for name, file in (files or {}).items() if name in asked}
        before = person.url
        person.press("Tiếp tục", {n: v for n, v in answers.items() if n in asked}, sent or None)
        if person.url == before or person.page.xpath("//*[@role='alert']"):
            raise Lost(f"{person.url}: {person.text[:900]}")
    raise Lost(f"{person.url}: the form does not end")


def submit(person: Person) -> str:
    """Declare and hand in; returns the dossier code of the page that follows."""
    person.press("Nộp hồ sơ", {"cam_doan": "1"})
    found = CODE.search(person.url) or CODE.search(person.text)
    if found is None:
        raise Lost(f"{person.url}: no dossier code: {person.text[:600]}")
    return found.group()


def sign_and_release(office: Office, code: str) -> Story:
    office.dossier("ky", code).press("Ký", {"otp": office.code("ky")})
    yield "lãnh đạo ký bằng mã xác thực"
    wait_for_button(office.dossier("vanthu", code), "Phát hành").press("Phát hành")
    yield "văn thư phát hành, kết quả vào kho của công dân"


def receive(person: Person, code: str, path: Path) -> str:
    """Download the signed result and let a stranger verify the file and its code."""
    wait_for(person.open(f"/ho-so/{code}/"), str(State.DELIVERED.label))
    save(person, f"/ho-so/{code}/ket-qua/", path)
    stranger = Person(person.base).open("/xac-thuc/")
    stranger.press("Kiểm tra", files={"tep": (path.name, path.read_bytes(), "application/pdf")})
    stranger.expect(VERIFIED)
    altered = bytearray(path.read_bytes())
    altered[len(altered) // 2] ^= 1
    stranger.open("/xac-thuc/").press(
        "Kiểm tra", files={"tep": (path.name, bytes(altered), "application/pdf")}
    )
    if VERIFIED in stranger.text:
        raise Lost("an altered result was called genuine")
    return f"người lạ xác thực {path.name}: thật; sửa một bit: bị từ chối"
