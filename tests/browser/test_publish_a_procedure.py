"""The walk of ``docs/howto-publish-a-procedure.md``, step by step, in a real browser: an editor without a programmer
puts a new procedure online, two colleagues look at it, a citizen files it, officers answer."""

from __future__ import annotations

import re
import time
from http import HTTPStatus

import pytest
from django.utils import timezone

from applications.states import State
from portal.walk import stories
from portal.walk.people import Office, citizen, wait_for
from portal.walk.person import Person
from tests.browser.conftest import accessible, picture
from tests.browser.editing import Editing

pytestmark = pytest.mark.xdist_group("portal")
NAME, NAME_EN = "Xác nhận tên thường gọi", "Certificate of a commonly used name"
HANH = "Nguyễn Thị Minh Hạnh"
MOST_SECONDS = 15 * 60
SEARCH_PATIENCE = 20.0
"""Seconds; another process than the one that published looks at the catalogue every two and builds its index anew."""
PAPER = "Bản sao thẻ căn cước"
"""The paper an editor asks for out of habit; the State holds it, so lint must refuse."""


@pytest.fixture(scope="module")
def ministry(running_portal) -> Office:
    return Office(running_portal, "tuphap")


def test_an_editor_publishes_a_procedure_and_a_citizen_files_it(visit, running_portal, ministry, capsys):
    began = time.monotonic()
    editing = Editing(visit("/bien-tap/", person=ministry.officer("bientap")))
    draft, slug = open_the_draft(editing)
    write_the_content(editing)
    build_the_form(editing)
    meet_the_errors(editing, ministry, draft)
    say_how_it_is_handled(editing)
    look_at_the_preview(editing)
    hand_over(editing)
    tell(capsys, f"biên tập viên: {editing}; máy đi phần này trong {time.monotonic() - began:.1f} s")
    assert editing.seconds <= MOST_SECONDS

    refuse_the_author(ministry, draft)
    pass_the_check(visit, ministry, draft)
    approve_from_today(visit, ministry, draft)
    code = file_as_a_citizen(visit, slug)
    look_at_the_public_page(visit, slug)
    answer_as_officers(running_portal, code)
    change_it_again(editing, slug)
    tell(capsys, f"cả đường đi, từ «Thủ tục mới» đến giấy đã ký: {time.monotonic() - began:.1f} s")


def tell(capsys, words: str) -> None:
    with capsys.disabled():
        print(f"\n{words}")  # noqa: T201  what the walk costs is its result


def open_the_draft(editing: Editing) -> tuple[str, str]:
    """Steps 1 and 2; the address of the draft, and what the addresses of its procedure end with."""
    page = editing.page
    picture(page, "editor-desk", tall=0.9)
    editing.follow("Thủ tục mới")
    editing.type("Tên thủ tục", NAME)
    editing.type("Tên bằng tiếng Anh", NAME_EN)
    editing.select("Lĩnh vực", "Hộ tịch")
    editing.press("Mở bản nháp")
    page.get_by_text("Đã mở bản nháp đầu tiên.").wait_for()
    return re.search(r"/bien-tap/ban/\d+/", page.url).group(), page.locator(".kicker .code").inner_text()


def write_the_content(editing: Editing) -> None:
    """Step 3."""
    page = editing.page
    editing.tick("Cấp xã")
    editing.select("Mức độ trực tuyến", "Toàn trình")
    editing.type("Văn bản", "Luật Hộ tịch 2014")
    for number, (actor, name, name_en) in enumerate(
        (
            ("Người dân", "Khai trên cổng", "Fill in the form online"),
            ("Cơ quan giải quyết", "Thẩm tra, dự thảo giấy xác nhận", "Examine and draft"),
            ("Lãnh đạo ký", "Ký số và trả kết quả", "Sign and release"),
        ),
    ):
        editing.press("Thêm bước")
        editing.select("Ai làm", actor, within=f"#steps\\.{number}")
        editing.type("Làm gì", name, within=f"#steps\\.{number}")
        editing.type("Làm gì, bằng tiếng Anh", name_en, within=f"#steps\\.{number}")
    for number, (name, name_en) in enumerate(
        (("Tờ khai xác nhận tên thường gọi", "Application form"), (PAPER, "Copy of the identity card"))
    ):
        editing.press("Thêm giấy tờ")
        editing.type("Tên giấy tờ", name, within=f"#components\\.{number}")
        editing.type("Tên bằng tiếng Anh", name_en, within=f"#components\\.{number}")
    editing.tick("Là tờ khai điện tử, điền ngay trên cổng")
    editing.type("Thời hạn", "3")
    editing.type("Người dân nhận được", "Giấy xác nhận tên thường gọi")
    editing.type("Bằng tiếng Anh", NAME_EN)
    editing.type("Từ khóa", "tên thường gọi\ntên gọi ở nhà")
    editing.press("Lưu bản nháp")
    page.get_by_text("Đã lưu bản nháp.").wait_for()
    picture(page, "editor-content", tall=1.2)


def build_the_form(editing: Editing) -> None:
    """Steps 4 to 6."""
    page = editing.page
    editing.follow("Biểu mẫu")
    editing.type("Tên mẫu chính thức", "Tờ khai xác nhận tên thường gọi")
    editing.press("Bắt đầu biểu mẫu")
    editing.follow("Chọn trường từ từ điển dữ liệu quốc gia")
    editing.press("Thêm 5 câu Người yêu cầu")
    page.get_by_text("Đã thêm khối «Người yêu cầu»: 5 câu.").wait_for()
    editing.follow("Về trang «Thông tin của bạn»")
    assert page.locator(".q .source--self").count() == 0, "every question of the block comes with its prefill"
    editing.open("Thêm trang")
    editing.type("Tên trang", "Tên thường gọi")
    editing.type("Tên trang bằng tiếng Anh", "Commonly used name")
    editing.press("Thêm trang")
    ask(editing, "Họ tên người", "Tên thường gọi", "Commonly used name", "Để ghi vào giấy xác nhận.")
    editing.tick("Có", exact=True)
    editing.press("Lưu câu hỏi")
    editing.follow("Chọn trường từ từ điển dữ liệu quốc gia")
    editing.type("Tìm theo tên, có dấu hay không dấu", "muc dich su dung")
    editing.press("Tìm", exact=True)
    editing.press("Thêm Mục đích sử dụng")
    ask(editing, "Tệp tải lên", PAPER, "Photo of the identity card", "Để đối chiếu.", from_list=True)
    editing.select("Nộp thành phần hồ sơ nào", PAPER)
    editing.press("Lưu câu hỏi")
    editing.follow("Các mục của kết quả")
    for number, (label, label_en, source) in enumerate(
        (
            ("Họ, chữ đệm và tên", "Full name", "requester_full_name"),
            ("Tên thường gọi", "Commonly used name", "commonly_used_name"),
        )
    ):
        row = f"fieldset:nth-of-type({number + 1})"
        editing.type("Tên mục", label, within=row)
        editing.type("Tên mục bằng tiếng Anh", label_en, within=row)
        editing.select("Lấy từ", source, within=row, by_value=True)
        editing.press("Lưu")
    editing.follow("Về biểu mẫu")


def ask(editing: Editing, kind: str, label: str, label_en: str, why: str, *, from_list: bool = False) -> None:
    """A question of one's own, which lies behind the dictionary."""
    if not from_list:
        editing.follow("Chọn trường từ từ điển dữ liệu quốc gia")
    editing.follow("Đặt câu hỏi riêng")
    editing.select("Kiểu trả lời", kind)
    editing.type("Câu hỏi", label)
    editing.type("Câu hỏi bằng tiếng Anh", label_en)
    editing.type("Vì sao hỏi, một câu", why)
    editing.type("Vì sao hỏi, bằng tiếng Anh", "For the certificate.")
    editing.press("Thêm câu hỏi")
    editing.page.get_by_text(f"Đã thêm câu «{label}».").wait_for()


def meet_the_errors(editing: Editing, ministry: Office, draft: str) -> None:
    """Step 7: what lint finds, that nothing goes out meanwhile, and how it is mended."""
    page, editor = editing.page, ministry.officer("bientap")
    editing.follow("Công bố")
    page.get_by_text(f"“{PAPER}”").first.wait_for()
    assert page.get_by_role("button", name="Gửi thẩm định").is_disabled()
    accessible(page)
    picture(page, "editor-lint")
    answer = posted(editor, draft, "gui-tham-dinh")
    assert answer.status == HTTPStatus.UNPROCESSABLE_ENTITY
    answer.expect("Chưa công bố được")
    assert stage_of(editor, draft) == "1. Soạn"

    editing.follow("Biểu mẫu")
    editing.follow("Tên thường gọi")
    editing.follow("Sửa câu 3")
    editing.press("Xóa câu hỏi này")
    page.get_by_text(f"Đã xóa câu «{PAPER}».").wait_for()
    editing.follow("Công bố")
    editing.follow("phần Nội dung")
    editing.press("Bỏ giấy tờ 2")
    editing.press("Lưu bản nháp")
    page.get_by_text("Đã lưu bản nháp.").wait_for()


def say_how_it_is_handled(editing: Editing) -> None:
    """Step 8: the usual three steps stand there; only the competent agency and the paper are missing."""
    page = editing.page
    editing.follow("Xử lý")
    assert page.locator("#steps .row-card h3").all_inner_texts() == [
        "Bước 1: Thẩm tra, dự thảo",
        "Bước 2: Ký số",
        "Bước 3: Vào sổ, phát hành",
    ]
    editing.select("Hoặc cấp", "UBND cấp xã")
    editing.select("Loại cơ quan", "commune_committee", by_value=True)
    editing.tick("Nơi cư trú của bạn")
    editing.type("Tên giấy", "Giấy xác nhận tên thường gọi")
    editing.press("Lưu bản nháp")
    page.get_by_text("Đã lưu bản nháp.").wait_for()


def look_at_the_preview(editing: Editing) -> None:
    """Step 9: as a person whom the registers know, then in English."""
    page = editing.page
    editing.follow("Xem trước")
    editing.follow("Mọi cơ sở dữ liệu đều trả lời")
    shown = page.frame_locator("iframe")
    shown.get_by_role("heading", level=1).wait_for()
    editing.follow("English")
    assert shown.locator("html").get_attribute("lang") == "en"
    shown.get_by_text("Commonly used name").first.wait_for()
    picture(page, "editor-preview")


def hand_over(editing: Editing) -> None:
    """Step 10."""
    page = editing.page
    editing.follow("Công bố")
    page.get_by_text("Không thấy điều gì phải sửa.").wait_for()
    editing.type("Thay đổi gì, một hai câu", "Thủ tục mới: xác nhận tên thường gọi, làm hoàn toàn trên cổng.")
    editing.press("Lưu lời giải trình")
    editing.press("Gửi thẩm định")
    page.get_by_text("Đã gửi thẩm định pháp lý.").wait_for()
    accessible(page)


def refuse_the_author(ministry: Office, draft: str) -> None:
    """Neither the right nor the page of yesterday lets an author through."""
    editor = ministry.officer("bientap")
    today = {"decision": "1/QĐ-BTP", "effective_from": timezone.localdate().isoformat()}
    for step, said in (("dat-tham-dinh", {}), ("duyet", today)):
        assert posted(editor, draft, step, **said).status == HTTPStatus.FORBIDDEN
    assert posted(editor, draft, "xu-ly", edits="0", supplement_days="1").status == HTTPStatus.CONFLICT
    publisher = ministry.officer("congbo")
    answer = posted(publisher, draft, "duyet", **today)
    assert answer.status == HTTPStatus.CONFLICT
    answer.expect("đang ở bước khác")
    assert stage_of(editor, draft) == "2. Thẩm định pháp lý"


def pass_the_check(visit, ministry: Office, draft: str) -> None:
    """Step 11."""
    reviewer = visit(draft, person=ministry.officer("phaply"))
    reviewer.get_by_label("Ý kiến thẩm định (nếu có)").fill("Đúng Luật Hộ tịch 2014.")
    reviewer.get_by_role("button", name="Đúng pháp luật, chuyển duyệt").click()
    reviewer.get_by_text("Đã xác nhận đạt").wait_for()
    accessible(reviewer)


def approve_from_today(visit, ministry: Office, draft: str) -> None:
    """Step 12; the same button in a second window comes too late."""
    publisher = visit(draft, person=ministry.officer("congbo"))
    late = visit(draft, person=ministry.officer("congbo"))
    for page in (publisher, late):
        page.get_by_label("Số quyết định công bố").fill("2026/QĐ-BTP")
        page.get_by_label("Ngày có hiệu lực").fill(timezone.localdate().isoformat())
    publisher.get_by_role("button", name="Duyệt và công bố").click()
    publisher.get_by_text("Đã công bố.").wait_for()
    accessible(publisher)
    late.get_by_role("button", name="Duyệt và công bố").click()
    late.get_by_text("đang ở bước khác").wait_for()
    late.complaints.clear()


def file_as_a_citizen(visit, slug: str) -> str:
    """Step 13: found by everyday words, nothing asked that the registers know; the code of the dossier."""
    page = visit("/")
    page.get_by_role("searchbox").first.fill("ten thuong goi")
    page.keyboard.press("Enter")
    page.wait_for_url("**/thu-tuc/?q=*")
    found = page.locator(f"main a[href='/thu-tuc/{slug}/']").first
    deadline = time.monotonic() + SEARCH_PATIENCE
    while not found.count() and time.monotonic() < deadline:
        page.wait_for_timeout(500)
        page.reload()
    found.click()
    page.get_by_role("heading", name=NAME, level=1).wait_for()
    picture(page, "new-procedure")
    for words in ("Bắt đầu", "Đăng nhập bằng định danh điện tử", HANH, "Đồng ý và đăng nhập"):
        page.get_by_role("button", name=words).first.click()
        page.wait_for_load_state()
    page.get_by_role("button", name="Đồng ý và tiếp tục").click()
    page.wait_for_load_state()
    asked = page.locator("main form input:not([type=hidden]), main form textarea, main form select")
    names = asked.evaluate_all("all => all.map(one => one.name)")
    assert names == ["commonly_used_name", "request_purpose"]
    accessible(page)
    page.get_by_label("Tên thường gọi").fill("Hạnh Nguyên")
    page.get_by_label("Mục đích sử dụng").fill("Bổ sung hồ sơ bảo hiểm")
    page.get_by_role("button", name="Tiếp tục").last.click()
    page.wait_for_url("**/kiem-tra/")
    page.get_by_text(HANH).first.wait_for()
    page.locator("#cam_doan").check()
    page.get_by_role("button", name="Nộp hồ sơ").click()
    page.wait_for_url("**/da-nop/")
    accessible(page)
    return stories.CODE.search(page.url).group()


def look_at_the_public_page(visit, slug: str) -> None:
    """Step 14: what it costs people, and what changed when."""
    page = visit(f"/thu-tuc/{slug}/")
    burden = page.get_by_role("table", name="Số việc người dân phải làm")
    assert burden.get_by_role("row", name=re.compile("Ô phải gõ")).get_by_role("cell").all_inner_texts()[
        :1
    ] == ["2"]
    page.get_by_text("Nguồn và độ tin cậy").click()
    page.get_by_text("Bộ Tư pháp soạn và công bố trên cổng theo Quyết định 2026/QĐ-BTP.").wait_for()
    page.get_by_role("link", name="Nhật ký thay đổi").click()
    page.get_by_text("Thủ tục mới: xác nhận tên thường gọi, làm hoàn toàn trên cổng.").wait_for()
    page.get_by_text("Quyết định 2026/QĐ-BTP.").wait_for()
    accessible(page)
    picture(page, "changelog")


def answer_as_officers(base: str, code: str) -> None:
    """The commune where the citizen lives accepts, proposes, signs and releases."""
    office = Office(base, "haichau")
    office.dossier("tiepnhan", code).press("Tiếp nhận và chuyển xử lý")
    office.dossier("thuly", code).press("Trình kết quả", {"kind": "grant"})
    for _step in stories.sign_and_release(office, code):
        pass
    mother = citizen(base, "hanh").open(f"/ho-so/{code}/")
    stories.sign_in(mother)
    wait_for(mother.open(f"/ho-so/{code}/"), str(State.DELIVERED.label))


def change_it_again(editing: Editing, slug: str) -> None:
    """What the last part of the page says: a second draft, compared with the version in force."""
    page = editing.page
    page.goto(f"/bien-tap/thu-tuc/{slug}/")
    editing.press("Mở bản nháp")
    editing.type("Thời hạn", "2")
    editing.press("Lưu bản nháp")
    editing.follow("Biểu mẫu")
    editing.follow("Tên thường gọi")
    editing.follow("Sửa câu 2")
    editing.press("Xóa câu hỏi này")
    editing.follow("So sánh")
    page.get_by_role("heading", name="Từ bản 1 sang bản 2: 2 thay đổi").wait_for()
    accessible(page)
    picture(page, "editor-compare")


def posted(person: Person, draft: str, step: str, **fields: str) -> Person:
    """A request without the page that has the button."""
    token = next(one.value for one in person.session.cookies if "csrftoken" in one.name)
    answer = person.session.post(
        f"{person.base}{draft}{step}/",
        data={"csrfmiddlewaretoken": token, **fields},
        headers={"Referer": person.base},
        timeout=30,
    )
    person.url, person.status, person.content = answer.url, answer.status_code, answer.content
    return person


def stage_of(person: Person, draft: str) -> str:
    found = person.open(draft).page.xpath("//ol[@class='stages']/li[@aria-current]")[0]
    return " ".join(found.text_content().split())
