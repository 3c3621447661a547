"""One journey each, clicked through in a browser; officers of the other side walk over HTTP."""

from __future__ import annotations

import pytest

from portal.walk import stories
from portal.walk.people import Office, citizen, wait_for
from tests.browser.conftest import accessible, picture

pytestmark = pytest.mark.xdist_group("portal")


class Tally:
    """What a journey costs a person: clicks, boxes typed into, choices made, files given, pages met."""

    def __init__(self, page) -> None:
        self.page = page
        self.clicks = self.typed = self.chosen = self.uploads = 0
        self.pages = [page.url]

    def click(self, role: str, words: str) -> None:
        self.page.get_by_role(role, name=words).first.click()
        self.page.wait_for_load_state()
        self.clicks += 1
        if self.page.url != self.pages[-1]:
            self.pages.append(self.page.url)

    def type(self, label: str, text: str) -> None:
        self.page.get_by_label(label).first.fill(text)
        self.typed += 1

    def choose(self, name: str, value: str) -> None:
        self.page.locator(f"input[name='{name}'][value='{value}']").check()
        self.chosen += 1
        self.clicks += 1


@pytest.mark.parametrize("scripts", [True, False], ids=["with-scripts", "without-scripts"])
def test_a_mother_registers_a_birth_with_one_name_typed_and_three_things_chosen(
    visit, running_portal, scripts
):
    page = visit("/thu-tuc/1.001193/", java_script_enabled=scripts)
    look = accessible if scripts else (lambda _page: None)
    shown = picture if scripts else (lambda _page, _name: None)
    mother = Tally(page)
    look(page)
    shown(page, "procedure")
    mother.click("button", "Bắt đầu")
    look(page)
    mother.click("button", "Đăng nhập bằng định danh điện tử")
    mother.click("button", "Nguyễn Thị Minh Hạnh")
    mother.click("button", "Đồng ý và đăng nhập")
    if page.get_by_role("button", name="Làm hồ sơ mới").count():
        page.get_by_role("button", name="Làm hồ sơ mới").click()
    look(page)
    mother.click("button", "Đồng ý và tiếp tục")
    look(page)
    mother.type("Họ, chữ đệm và tên của trẻ", "Lê Nguyễn An Nhiên")
    mother.choose("ethnicity_source", "father")
    mother.choose("hometown_source", "father")
    mother.choose("copies_delivery", "electronic")
    shown(page, "question")
    page.get_by_role("button", name="Tiếp tục").last.click()
    mother.clicks += 1
    page.wait_for_url("**/kiem-tra/")
    look(page)
    shown(page, "check")
    page.locator("#cam_doan").check()
    page.get_by_role("button", name="Nộp hồ sơ").click()
    mother.clicks += 2
    page.wait_for_url("**/da-nop/")
    look(page)
    shown(page, "confirmation")
    assert (mother.typed, mother.chosen, mother.uploads) == (1, 3, 0)
    in_eid = 2  # choosing the demonstration person and agreeing there replace one scan of a QR code
    assert mother.clicks - in_eid - mother.chosen <= 9
    code = stories.CODE.search(page.url).group()
    page.goto(f"/ho-so/{code}/")
    look(page)
    page.goto("/ho-so/")
    look(page)
    shown(page, "mine")


def test_a_student_pays_the_reduced_fee_of_a_judicial_record(visit, running_portal):
    student = citizen(running_portal, "quan").open("/thu-tuc/3.000333/")
    stories.begin(student)
    page = visit(student.url, person=student)
    accessible(page)
    page.get_by_role("button", name="Đồng ý và tiếp tục").click()
    fill_until_check(page, stories.JUDICIAL_ANSWERS, {"doc_fee_group": stories.PDF})
    page.locator("#cam_doan").check()
    page.get_by_role("button", name="Nộp hồ sơ").click()
    page.wait_for_url("**/thanh-toan/")
    accessible(page)
    picture(page, "payment")
    page.get_by_role("button", name="Thanh toán 100.000 đồng").click()
    accessible(page)
    page.get_by_role("button", name="Trả tiền").click()
    page.wait_for_load_state()
    accessible(page)
    code = stories.CODE.search(page.content()).group()
    page.goto(f"/ho-so/{code}/")
    page.get_by_text("Mới đăng ký").first.wait_for()
    accessible(page)


def test_a_company_gets_a_signed_answer_without_an_officer_and_a_stranger_verifies_it(
    visit, running_portal, tmp_path
):
    director = stories.declare(running_portal)
    page = visit(director.url, person=director)
    accessible(page)
    page.locator("#cam_doan").check()
    page.get_by_role("button", name="Nộp hồ sơ").click()
    page.wait_for_load_state()
    code = stories.CODE.search(page.url).group()
    wait_for(director.open(f"/ho-so/{code}/"), "Đã trả kết quả")
    page.goto(f"/ho-so/{code}/ket-qua/xem/")
    accessible(page)
    paper = tmp_path / "ket-qua.pdf"
    paper.write_bytes(director.session.get(f"{running_portal}/ho-so/{code}/ket-qua/", timeout=10).content)
    stranger = visit("/xac-thuc/")
    accessible(stranger)
    stranger.locator("#tep").set_input_files(paper)
    stranger.get_by_role("button", name="Kiểm tra").click()
    stranger.get_by_role("heading", name=stories.VERIFIED).wait_for()
    accessible(stranger)
    picture(stranger, "verify")
    code_on_paper = page.locator("main a[href*='/xac-thuc/']").first.get_attribute("href")
    stranger.goto(code_on_paper)
    stranger.get_by_role("heading", name=stories.VERIFIED).wait_for()


def test_officers_handle_a_birth_from_inbox_to_release(visit, running_portal):
    code = birth_handed_in(running_portal)
    office = Office(running_portal, "haichau")
    intake = visit("/can-bo/", person=office.officer("tiepnhan"))
    accessible(intake)
    picture(intake, "inbox")
    intake.goto(f"/can-bo/ho-so/{code}/")
    accessible(intake)
    picture(intake, "workspace")
    intake.get_by_role("button", name="Tiếp nhận và chuyển xử lý").click()
    intake.wait_for_load_state()
    accessible(intake)
    clerk = visit(f"/can-bo/ho-so/{code}/", person=office.officer("thuly"))
    clerk.get_by_role("button", name="Trình kết quả").click()
    clerk.wait_for_load_state()
    accessible(clerk)
    leader = visit(f"/can-bo/ky-so/?ho-so={code}", person=office.officer("ky"))
    accessible(leader)
    leader.locator("#otp").fill(office.code("ky"))
    leader.get_by_role("button", name="Ký văn bản này").click()
    leader.wait_for_load_state()
    accessible(leader)
    registry = office.dossier("vanthu", code)
    stories.wait_for_button(registry, "Phát hành").press("Phát hành")
    intake.goto(f"/can-bo/ho-so/{code}/")
    intake.get_by_text("Đã trả kết quả").first.wait_for()
    accessible(intake)


def test_the_accountant_sees_the_day(visit, running_portal):
    office = Office(running_portal, "haichau")
    page = visit("/can-bo/doi-soat/", person=office.officer("ketoan"))
    accessible(page)
    picture(page, "reconciliation")


def test_the_question_page_can_be_answered_with_the_keyboard_alone(visit, running_portal):
    mother = citizen(running_portal, "hanh").open("/thu-tuc/1.001193/")
    stories.begin(mother)
    mother.press("Đồng ý và tiếp tục")
    page = visit(mother.url, person=mother)
    pressed = 0
    wanted = ["child_name", "ethnicity_source", "hometown_source", "copies_delivery", "tiep"]
    while wanted and pressed < 60:
        page.keyboard.press("Tab")
        pressed += 1
        name = page.evaluate("document.activeElement.name || ''")
        if name == "child_name":
            page.keyboard.type("Lê Nguyễn An Nhiên")
        elif name and name == wanted[0] and name != "tiep":
            page.keyboard.press("Space")
            pressed += 1
        if wanted and name == wanted[0] and name != "tiep":
            wanted.pop(0)
        elif name == "tiep" and wanted == ["tiep"]:
            page.keyboard.press("Enter")
            pressed += 1
            wanted.pop()
    page.wait_for_url("**/kiem-tra/")
    assert pressed <= 60


def birth_handed_in(base: str) -> str:
    mother = citizen(base, "hanh").open("/thu-tuc/1.001193/")
    stories.begin(mother)
    mother.press("Đồng ý và tiếp tục").press("Tiếp tục", stories.BIRTH_ANSWERS)
    return stories.submit(mother)


def fill_until_check(page, answers: dict[str, str], files: dict[str, bytes]) -> None:
    for _ in range(8):
        page.wait_for_load_state()
        if page.url.endswith("/kiem-tra/"):
            break
        accessible(page)
        for name, value in answers.items():
            control = page.locator(f"[name='{name}']")
            if control.count() == 0:
                continue
            if control.first.get_attribute("type") == "radio":
                page.locator(f"[name='{name}'][value='{value}']").check()
            elif control.first.evaluate("one => one.tagName") == "SELECT":
                control.select_option(value)
            else:
                control.fill(value)
        for name, content in files.items():
            if page.locator(f"input[type=file][name='{name}']").count():
                paper = {"name": f"{name}.pdf", "mimeType": "application/pdf", "buffer": content}
                page.locator(f"input[name='{name}']").set_input_files(paper)
        page.get_by_role("button", name="Tiếp tục").last.click()
    accessible(page)
