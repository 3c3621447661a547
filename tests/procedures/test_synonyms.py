"""Editors own what people say: who may, what is refused, what is found afterwards, what loading leaves alone."""

import datetime as dt

import pytest
from django.urls import reverse

from identity.errors import Conflict, Forbidden, NotFound, Refused
from identity.models import Agency, Role
from procedures import search
from procedures.catalogue.importing import load_vocabulary
from procedures.models import EditorialEvent, Synonym
from procedures.services.vocabulary import Saying, add_synonym, change_synonym, remove_synonym, said
from tests.factories import citizen, officer, sign_in_citizen, sign_in_officer

AT = dt.datetime(2026, 11, 25, 3, 0, tzinfo=dt.UTC)
BIRTH = "1.001193"
QUESTION = "quẩy khai tròn"


def ministry() -> Agency:
    return Agency.objects.filter(level=Agency.Level.CENTRAL).first()


@pytest.fixture
def editor(catalogue):
    return officer(ministry(), Role.EDITOR)


@pytest.fixture
def page(client, editor):
    return sign_in_officer(client, editor)


def first(query: str) -> str:
    found = search.find(query).entries
    return found[0].path_code if found else ""


def add(by, *say: str, find: tuple[str, ...] = ("đăng ký khai sinh",), **more) -> Synonym:
    return add_synonym(saying=Saying(say, find, **more), by=by, at=AT)


def test_an_added_saying_is_found_and_recorded(editor):
    assert first(QUESTION) != BIRTH
    row = add(editor, "  quẩy   khai tròn ")
    search.forget()
    assert first(QUESTION) == BIRTH
    assert row.say == [QUESTION]
    assert not row.is_own
    event = EditorialEvent.objects.get(subject="synonyms")
    assert (event.kind, event.by, event.at, event.details["say"]) == ("synonym_added", editor, AT, [QUESTION])


def test_a_change_shows_without_a_restart_and_only_after_the_look(editor, monkeypatch):
    search.index()
    add(editor, QUESTION)
    assert first(QUESTION) != BIRTH
    monkeypatch.setattr(search, "CHECK_EVERY", 0.0)
    assert first(QUESTION) == BIRTH


def test_several_meanings_are_offered_with_their_labels(editor):
    add(
        editor,
        QUESTION,
        find=("đăng ký khai sinh", "đăng ký kết hôn"),
        labels=("Sinh", "Cưới"),
        labels_en=("Birth", "Wed"),
    )
    search.forget()
    assert [(one.label, one.label_en) for one in search.find(QUESTION).choices] == [
        ("Sinh", "Birth"),
        ("Cưới", "Wed"),
    ]


@pytest.mark.parametrize("said_again", ["sổ đỏ", "SO DO", "sô đò", "  sổ   đỏ"])
def test_one_phrase_has_one_meaning(editor, said_again):
    before = Synonym.objects.count()
    with pytest.raises(Conflict) as refused:
        add(editor, "hoa cúc", said_again)
    assert "giấy chứng nhận quyền sử dụng đất" in refused.value.message.lower()
    assert Synonym.objects.count() == before
    assert not EditorialEvent.objects.exists()


@pytest.mark.parametrize(
    ("say", "find"),
    [((), ("khai sinh",)), (("a",), ()), (("  ",), ("khai sinh",)), (("!!!",), ("khai sinh",)),
     (("x" * 121,), ("khai sinh",)), (("<script>alert(1)</script>",), ("khai sinh",)),
     (("hoa\x00cúc",), ("khai sinh",)), (("hoa\u202ecúc",), ("khai sinh",)), (("hoa cúc",), ("xyzzy",)),
     (tuple(f"hoa {n}" for n in range(201)), ("khai sinh",)), (("hoa cúc",), ("khai sinh", "x" * 201))],
)  # fmt: skip
def test_what_cannot_be_a_saying_is_refused_and_nothing_is_stored(editor, say, find):
    before = Synonym.objects.count()
    with pytest.raises(Refused):
        add(editor, *say, find=find)
    assert Synonym.objects.count() == before
    assert not EditorialEvent.objects.exists()


def test_each_meaning_needs_its_label_or_none_has_one(editor):
    with pytest.raises(Refused) as refused:
        add(editor, QUESTION, find=("khai sinh", "kết hôn"), labels=("Sinh",))
    assert refused.value.details["field"] == "labels"


@pytest.mark.parametrize("role", [role for role in Role if role not in (Role.EDITOR, Role.PUBLISHER)])
def test_other_posts_may_not(catalogue, role):
    with pytest.raises(Forbidden):
        add(officer(ministry(), role), QUESTION)


def test_a_change_of_what_somebody_else_changed_is_refused(editor):
    row = add(editor, QUESTION)
    seen = said(row)
    change_synonym(pk=row.pk, seen=seen, saying=Saying(("quẩy tròn",), seen.find), by=editor, at=AT)
    for verb in (
        lambda: change_synonym(pk=row.pk, seen=seen, saying=Saying((QUESTION,), seen.find), by=editor, at=AT),
        lambda: remove_synonym(pk=row.pk, seen=seen, by=editor, at=AT),
    ):
        with pytest.raises(Conflict):
            verb()
    row.refresh_from_db()
    assert row.say == ["quẩy tròn"]
    with pytest.raises(NotFound):
        remove_synonym(pk=0, seen=seen, by=editor, at=AT)


def test_saving_what_is_there_already_records_nothing(editor):
    row = Synonym.objects.filter(is_own=True).first()
    change_synonym(pk=row.pk, seen=said(row), saying=said(row), by=editor, at=AT)
    assert not EditorialEvent.objects.exists()
    row.refresh_from_db()
    assert row.is_own


def test_loading_the_vocabulary_again_undoes_nothing_an_editor_did(editor):
    own = list(Synonym.objects.filter(is_own=True)[:3])
    removed, changed, taken = own[0], own[1], own[2].say[0]
    remove_synonym(pk=removed.pk, seen=said(removed), by=editor, at=AT)
    kept = changed.say[:1]
    change_synonym(
        pk=changed.pk, seen=said(changed), saying=Saying(tuple(kept), ("đăng ký kết hôn",)), by=editor, at=AT
    )
    rows = list(Synonym.objects.order_by("pk").values())
    counts = load_vocabulary()
    assert counts.created == 0
    assert list(Synonym.objects.order_by("pk").values()) == rows
    assert not Synonym.objects.filter(say__contains=removed.say[:1]).exists()
    assert Synonym.objects.get(say__contains=[taken]).is_own


def test_without_the_memory_of_editors_loading_would_bring_a_removed_saying_back(editor, monkeypatch):
    own = Synonym.objects.filter(is_own=True).first()
    remove_synonym(pk=own.pk, seen=said(own), by=editor, at=AT)
    monkeypatch.setattr("procedures.catalogue.synonyms._taken_by_editors", set)
    load_vocabulary()
    assert Synonym.objects.filter(say__contains=own.say[:1]).exists()


# --- pages -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("address", ["/bien-tap/tu-ngu/", "/bien-tap/tu-ngu/them/"])
def test_the_pages_open_for_editors_and_publishers_only(client, catalogue, address):
    assert client.get(address).status_code == 302
    assert sign_in_citizen(client, citizen()).get(address).status_code == 302
    for role, status in ((Role.EDITOR, 200), (Role.PUBLISHER, 200), (Role.INTAKE, 403), (Role.LEADER, 403)):
        assert sign_in_officer(client, officer(ministry(), role)).get(address).status_code == status


def test_an_editor_tries_saves_and_removes_a_saying(page):
    address = reverse("procedures:synonym_new")
    typed = {"say": f"{QUESTION}\r\n\r\n", "find": "đăng ký khai sinh", "question": QUESTION}
    tried = page.post(address, typed | {"try": ""})
    assert tried.context["trial"].after[0].path_code == BIRTH
    assert tried.context["trial"].differs
    assert not Synonym.objects.filter(is_own=False).exists()
    assert QUESTION in tried.content.decode()
    assert page.post(address, typed | {"save": ""}).status_code == 302
    row = Synonym.objects.get(is_own=False)
    shown = page.get(reverse("procedures:synonym", args=[row.pk]))
    removal = {"seen": shown.context["seen"], "remove": "", "say": "", "find": ""}
    assert page.post(reverse("procedures:synonym", args=[row.pk]), removal).status_code == 302
    assert not Synonym.objects.filter(is_own=False).exists()
    assert [event.kind for event in EditorialEvent.objects.all()] == ["synonym_added", "synonym_removed"]


def test_what_is_refused_keeps_what_was_typed_and_says_where(page):
    sent = page.post(
        reverse("procedures:synonym_new"), {"say": "<b>hoa</b>", "find": "khai sinh", "save": ""}
    )
    body = sent.content.decode()
    assert sent.status_code == 422
    assert "&lt;b&gt;hoa&lt;/b&gt;" in body
    assert "<b>hoa</b>" not in body
    assert "error-summary" in body


def test_a_stale_page_is_refused_and_shows_what_is_in_use(page, editor):
    row = add(editor, QUESTION)
    address = reverse("procedures:synonym", args=[row.pk])
    stale = page.get(address).context["seen"]
    change_synonym(
        pk=row.pk, seen=said(row), saying=Saying(("quẩy tròn",), tuple(row.find)), by=editor, at=AT
    )
    sent = page.post(address, {"seen": stale, "say": "quẩy dài", "find": "khai sinh", "save": ""})
    assert sent.status_code == 409
    assert "quẩy dài" in sent.content.decode()
    assert "quẩy tròn" in sent.content.decode()
    row.refresh_from_db()
    assert row.say == ["quẩy tròn"]


def test_the_list_is_filtered_without_marks_and_tries_a_question(page):
    shown = page.get("/bien-tap/tu-ngu/", {"loc": "so do", "thu": "lam khai sinh"})
    assert shown.context["page"].paginator.count >= 1
    assert all("đỏ" in " ".join((*row.say, *row.find)) or row.more for row in shown.context["page"])
    assert shown.context["first"][0].path_code == BIRTH
    assert page.get("/bien-tap/tu-ngu/", {"loc": "xyzzy"}).context["page"].paginator.count == 0


def test_a_row_that_is_gone_is_said_to_be_gone(page):
    assert page.get("/bien-tap/tu-ngu/999999/").status_code == 404
