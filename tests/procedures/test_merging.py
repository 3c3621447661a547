"""Taking a draft over to a newer version: the three-way merge, and the verb with its consent."""

import copy
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from identity.errors import Conflict, Refused
from procedures import merging, services
from procedures.edition import Edition
from procedures.models import ProcedureVersion
from procedures.services import publishing
from tests.procedures.publishing import AT, Ministry, day

PATIENT = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
TEXT = st.text("abcđ", max_size=3)
PLAIN = st.one_of(st.none(), st.integers(0, 3), TEXT)
ROWS = st.lists(
    st.fixed_dictionaries({"id": st.sampled_from("pqrst"), "label": TEXT}, optional={"why": PLAIN}),
    max_size=5,
    unique_by=lambda row: row["id"],
)
PAGES = st.lists(
    st.fixed_dictionaries({"id": st.sampled_from("xyz"), "questions": ROWS}),
    max_size=3,
    unique_by=lambda row: row["id"],
)
EDITIONS = st.builds(
    Edition,
    slug=st.just("s"),
    online_level=st.sampled_from(["full", "partial"]),
    content=st.dictionaries(
        st.sampled_from(["name_vi", "fee", "keywords"]), st.one_of(PLAIN, st.lists(TEXT))
    ),
    form=st.one_of(st.none(), st.fixed_dictionaries({"pages": PAGES})),
    processing=st.dictionaries(st.sampled_from(["steps", "routing"]), PLAIN),
)


@PATIENT
@given(EDITIONS, EDITIONS)
def test_an_untouched_draft_becomes_the_newer_version(base, newer):
    assert merging.rebase(base, base, newer) == merging.Merged(newer, ())


@PATIENT
@given(EDITIONS, EDITIONS)
def test_without_a_newer_change_the_draft_stays(base, draft):
    assert merging.rebase(base, draft, base) == merging.Merged(draft, ())


@PATIENT
@given(EDITIONS, EDITIONS)
def test_what_both_sides_did_alike_is_no_conflict(base, both):
    assert merging.rebase(base, both, both) == merging.Merged(both, ())


@PATIENT
@given(EDITIONS, st.permutations(["online_level", "content", "form", "processing"]), st.data())
def test_edits_in_different_places_are_both_kept(base, parts, data):
    mine, theirs = data.draw(EDITIONS), data.draw(EDITIONS)
    own, other = parts[:2], parts[2:]
    draft = Edition("s", **{part: getattr(mine if part in own else base, part) for part in parts})
    newer = Edition("s", **{part: getattr(theirs if part in other else base, part) for part in parts})
    merged = merging.rebase(base, draft, newer)
    assert merged.conflicts == ()
    for part in parts:
        assert getattr(merged.edition, part) == getattr(mine if part in own else theirs, part)


@PATIENT
@given(ROWS.filter(bool), st.data())
def test_edits_of_different_questions_are_both_kept_and_none_is_lost(rows, data):
    base, draft, newer = (copy.deepcopy(rows) for _ in range(3))
    at = data.draw(st.integers(0, len(rows) - 1))
    draft[at]["label"] = "của nháp"
    for place, row in enumerate(newer):
        if place != at:
            row["label"] = "của bản mới"
    added = {"id": "added", "label": "mới"}
    newer.insert(data.draw(st.integers(0, len(rows))), added)
    merged = merging.rebase(*(form(one) for one in (base, draft, newer)))
    result = merged.edition.form["pages"][0]["questions"]
    assert merged.conflicts == ()
    assert [row["id"] for row in result] == [row["id"] for row in newer]
    assert {row["id"]: row["label"] for row in result} == {
        **{row["id"]: "của bản mới" for row in rows},
        rows[at]["id"]: "của nháp",
        "added": "mới",
    }


def form(questions):
    return Edition("s", "full", {}, {"pages": [{"id": "p", "questions": questions}]}, {})


def record(**content):
    return Edition("s", "full", content, None, {})


def test_conflicts_are_named_and_the_draft_stands():
    merged = merging.rebase(
        form([{"id": "q", "label": "cũ", "why": "x"}]),
        form([{"id": "q", "label": "của nháp", "why": "x"}]),
        form([{"id": "q", "label": "của bản mới", "why": "y"}]),
    )
    assert merged.conflicts == ("form.pages.p.questions.q.label",)
    assert merged.edition.form["pages"][0]["questions"] == [{"id": "q", "label": "của nháp", "why": "y"}]


def test_papers_are_told_apart_by_their_name():
    papers = [{"name_vi": name, "required": True} for name in ("Tờ khai", "Giấy chứng sinh", "Hộ chiếu")]
    mine, theirs = copy.deepcopy(papers), copy.deepcopy(papers)
    del mine[2]
    theirs[1]["required"] = False
    merged = merging.rebase(record(components=papers), record(components=mine), record(components=theirs))
    assert merged.conflicts == ()
    assert merged.edition.content["components"] == theirs[:2]


def test_an_upload_box_follows_its_paper():
    names = ("Tờ khai", "Giấy chứng sinh", "Hộ chiếu")
    papers = [{"name_vi": name} for name in names]
    file = {"id": "doc", "kind": "file", "component": 1}
    base, draft, newer = (
        replace(form([{**file, "label": label, "component": number}]), content={"components": rows})
        for label, number, rows in (
            ("a", 1, papers),
            ("b", 1, papers),
            ("a", 2, [{"name_vi": "Đơn"}, *papers]),
        )
    )
    merged = merging.rebase(base, draft, newer).edition
    assert [one["name_vi"] for one in merged.content["components"]] == ["Đơn", *names]
    assert merged.form["pages"][0]["questions"] == [{**file, "label": "b", "component": 2}]
    before, dropped, uses = (
        replace(form(asked), content={"components": rows})
        for asked, rows in (([], papers), ([], [papers[0], papers[2]]), ([{**file, "label": "a"}], papers))
    )
    lost = merging.rebase(before, dropped, uses)
    assert lost.conflicts == ("form.doc.component",)
    assert "component" not in lost.edition.form["pages"][0]["questions"][0]


def test_an_order_the_newer_version_changed_is_taken_and_two_orders_conflict():
    a, b, c = ({"id": one} for one in "abc")
    base, draft, newer = form([a, b]), form([a, b, c]), form([b, a])
    merged = merging.rebase(base, draft, newer)
    assert [row["id"] for row in merged.edition.form["pages"][0]["questions"]] == ["b", "c", "a"]
    assert merged.conflicts == ()
    three = merging.rebase(form([a, b, c]), form([b, a, c]), form([a, c, b]))
    assert [row["id"] for row in three.edition.form["pages"][0]["questions"]] == ["b", "a", "c"]
    assert three.conflicts == ("form.pages.p.questions (thứ tự)",)


@pytest.mark.parametrize("rows", [[{"id": "q"}, {"id": "q"}], [{"id": []}], [{}], ["a", "b"]])
def test_rows_without_a_name_of_their_own_are_merged_as_a_whole(rows):
    merged = merging.rebase(form([]), form(rows), form([{"id": "new"}]))
    assert merged.edition.form["pages"][0]["questions"] == rows
    assert merged.conflicts == ("form.pages.p.questions",)


@pytest.fixture
def ministry(db, monkeypatch):
    monkeypatch.setattr(publishing, "lint", lambda edition: [])
    return Ministry()


def test_a_draft_moves_onto_what_was_imported_meanwhile_only_by_consent(ministry):
    """The catalogue is imported while a draft is open: the draft stays, cannot be sent, and follows when told to."""
    draft = ministry.draft(keywords=["của nháp"])
    ProcedureVersion.objects.filter(pk=ministry.first.pk).update(effective_to=day(9))
    newer = ProcedureVersion.objects.create(
        procedure=ministry.procedure, number=3, status="published", online_level="full", published_at=AT,
        effective_from=day(10), content={**ministry.first.content, "name_en": "New", "keywords": ["mới"]},
        form=ministry.first.form, processing=ministry.first.processing,
    )  # fmt: skip
    with pytest.raises(Conflict, match="Đã có bản 3 mới hơn"):
        services.send_to_check(version=draft, by=ministry.editor, at=AT)
    with pytest.raises(Conflict, match="Vừa có bản 3"):
        services.rebase(version=draft, onto=2, by=ministry.editor, at=AT)
    conflicts = services.rebase(version=draft, onto=3, by=ministry.editor, at=AT)
    moved = ProcedureVersion.objects.get(pk=draft.pk)
    assert conflicts == ("content.keywords",)
    assert (moved.number, moved.based_on, moved.edits) == (4, newer, 2)
    assert (moved.content["keywords"], moved.content["name_en"]) == (["của nháp"], "New")
    assert moved.events.last().details == {"onto": 3, "conflicts": ["content.keywords"]}
    with pytest.raises(Refused, match="đã dựa trên bản mới nhất"):
        services.rebase(version=moved, onto=3, by=ministry.editor, at=AT)
    assert services.send_to_check(version=moved, by=ministry.editor, at=AT).status == "legal_check"
