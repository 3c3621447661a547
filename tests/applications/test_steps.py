"""The pure chain of steps: every step at most once and in order, sign and release always, days that never go back."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from applications import deadlines, steps
from applications.deadlines import LEGAL_ZONE, Calendar, Override, Pause

MONDAY = dt.datetime(2026, 5, 11, 8, 0, tzinfo=LEGAL_ZONE)
PLAIN = Calendar({dt.date(2026, 5, 13): Override("Nghỉ bù", is_working=False)})
SHARES = st.sampled_from([None, 0.1, 0.2, 0.25, 0.4])


def step(kind: str, name: str = "", **more: Any) -> dict[str, Any]:
    return {"id": name or kind, "kind": kind, "role": "x", "name_vi": kind, **more}


@st.composite
def declared(draw: st.DrawFn) -> list[dict[str, Any]]:
    """As a version may declare them: anything before the draft, one draft at least, a signature, perhaps a number."""
    kinds = draw(st.lists(st.sampled_from(["verify", "consult", "examine"]), max_size=5))
    kinds += [
        "examine",
        *draw(st.lists(st.sampled_from(["approve", "consult", "verify"]), max_size=3)),
        "sign",
    ]
    kinds += [*draw(st.sampled_from([[], ["number"]])), "release"]
    found, left = [], 1.0
    for number, kind in enumerate(kinds):
        one = step(kind, f"s{number}")
        share = draw(SHARES)
        if share is not None and share <= left:
            one["share"], left = share, left - share
        if draw(st.booleans()):
            one["when"] = draw(st.sampled_from(["big", "!big", "gone == 1"]))
        found.append(one)
    return found


CHAINS = st.builds(lambda ones, big: steps.chain(ones, {"big": big}), declared(), st.booleans())


def walked(chain: steps.Chain) -> tuple[list[int], list[str]]:
    """Places entered from the beginning to the end, and the ids passed over."""
    places, skipped, here = [], [], steps.BEFORE_FIRST
    while here < len(chain.declared):
        onward = steps.following(chain, here)
        skipped += onward.skipped
        here = onward.number
        places.append(here)
    return places[:-1], skipped


@given(CHAINS)
def test_the_chain_enters_every_step_at_most_once_in_order_and_ends(chain):
    places, skipped = walked(chain)
    beside = [one for here in places for one in steps.together(chain, here) if one != here]
    assert places == sorted(set(places))
    assert sorted([*places, *beside]) == list(chain.numbers)
    assert skipped == [
        one["id"] for one, holds in zip(chain.declared, chain.applies, strict=True) if not holds
    ]


@given(CHAINS)
def test_signature_and_release_are_always_there_whatever_their_condition_says(chain):
    places, _skipped = walked(chain)
    kinds = [chain.declared[one]["kind"] for one in places]
    assert kinds.count("sign") == kinds.count("release") == 1
    assert kinds[-1] == "release"


@given(CHAINS)
def test_a_draft_goes_back_to_an_examination_that_was_entered_before(chain):
    places, _skipped = walked(chain)
    for here in places:
        back = steps.drafted_at(chain, here)
        drafts = [one for one in places if one < here and chain.declared[one]["kind"] == "examine"]
        assert back == (drafts[-1] if drafts else None)


def moments(
    chain: steps.Chain, hours: int, pauses: list[Pause]
) -> tuple[dt.datetime, dict[int, dt.datetime]]:
    due = deadlines.due_at(
        received_at=MONDAY, value=hours, unit="working_hours", calendar=PLAIN, pauses=pauses
    ).due_at
    return due, steps.due_moments(chain, start=MONDAY, due=due, calendar=PLAIN, pauses=pauses)


PAUSES = st.lists(
    st.builds(
        lambda start, length: Pause(MONDAY + dt.timedelta(hours=start), MONDAY + dt.timedelta(hours=start + length)),
        st.integers(0, 60),
        st.integers(0, 40),
    ),
    max_size=2,
)  # fmt: skip


@given(CHAINS, st.integers(1, 80), PAUSES)
def test_days_of_steps_never_go_back_and_the_last_is_the_term(chain, hours, pauses):
    due, found = moments(chain, hours, pauses)
    in_order = [found[number] for number in chain.numbers]
    assert in_order == sorted(in_order)
    assert in_order[-1] == due
    assert in_order[0] >= MONDAY
    for here in chain.numbers:
        assert len({found[one] for one in steps.together(chain, here)}) <= 1


def test_shares_are_parts_of_the_working_time_and_the_rest_is_divided_evenly():
    ones = [step("examine", share=0.5), step("approve"), step("sign"), step("release", share=0.1)]
    due, found = moments(steps.chain(ones, {}), 20, [])
    spoken = [f"{moment:%d %H:%M}" for moment in found.values()]
    assert spoken == ["12 10:00", "12 15:30", "14 10:00", f"{due:%d %H:%M}"]
    assert f"{due:%d %H:%M}" == "14 13:30"


def test_a_step_passed_over_gives_its_share_to_the_others():
    ones = [step("verify", share=0.5, when="big"), step("examine", share=0.3), step("sign", share=0.1)]
    ones.append(step("release", share=0.1))
    small, large = (steps.parts(steps.chain(ones, {"big": big})) for big in (False, True))
    assert [round(part, 3) for part in small.values()] == [0.6, 0.8, 1.0]
    assert [round(part, 3) for part in large.values()] == [0.5, 0.8, 0.9, 1.0]


def test_consultations_in_a_row_are_left_together_and_count_once():
    ones = [
        step("consult", "a", share=0.2), step("verify", "b", when="big"), step("consult", "c", share=0.5),
        step("examine"), step("sign"), step("release"),
    ]  # fmt: skip
    chain = steps.chain(ones, {"big": False})
    assert steps.together(chain, 0) == steps.together(chain, 2) == (0, 2)
    assert steps.following(chain, 0) == steps.Following(3, "examine", "x", ("b",))
    assert [round(part, 3) for part in steps.parts(chain).values()] == [0.5, 0.5, 0.667, 0.833, 1.0]
    apart = steps.chain(ones, {"big": True})
    assert steps.together(apart, 0) == (0,)
    assert steps.following(apart, 0).number == 1


def test_a_rule_that_cannot_be_computed_takes_no_control_away():
    chain = steps.chain(
        [step("examine"), step("approve", when="gone > 3"), step("sign"), step("release")], {}
    )
    assert steps.following(chain, 0).kind == "approve"


def test_a_term_without_working_time_is_not_divided():
    night = MONDAY.replace(hour=20)
    found = steps.due_moments(
        steps.chain([step("examine"), step("sign"), step("release")], {}),
        start=night, due=night + dt.timedelta(hours=5), calendar=PLAIN,
    )  # fmt: skip
    assert set(found.values()) == {night + dt.timedelta(hours=5)}


def test_a_step_waits_for_its_own_role_and_one_of_the_system_for_whoever_the_table_allows():
    assert steps.may_act({"role": "signer"}, frozenset({"signer"}))
    assert not steps.may_act({"role": "signer"}, frozenset({"approver"}))
    assert steps.may_act({"role": "system"}, frozenset({"case_officer"}))


def test_broken_variants_of_the_chain_are_caught(monkeypatch):
    """A chain that repeats, may lose its signature, forgets who drafted, turns its days round."""
    ones = [
        step("consult", "a"), step("consult", "b"), step("verify", "c"), step("examine", "d"),
        step("sign", when="!big"), step("release"),
    ]  # fmt: skip
    parts, together = steps.parts, steps.together
    broken = [
        ("together", lambda chain, here: together(chain, here)[:1],
         test_the_chain_enters_every_step_at_most_once_in_order_and_ends, ()),
        ("ALWAYS", frozenset(), test_signature_and_release_are_always_there_whatever_their_condition_says, ()),
        ("drafted_at", lambda chain, here: 0, test_a_draft_goes_back_to_an_examination_that_was_entered_before, ()),
        ("parts", lambda chain: dict(zip(parts(chain), reversed(parts(chain).values()), strict=True)),
         test_days_of_steps_never_go_back_and_the_last_is_the_term, (20, [])),
    ]  # fmt: skip
    for name, variant, check, more in broken:
        check.hypothesis.inner_test(steps.chain(ones, {"big": True}), *more)
        with monkeypatch.context() as patched:
            patched.setattr(steps, name, variant)
            with pytest.raises(AssertionError):
                check.hypothesis.inner_test(steps.chain(ones, {"big": True}), *more)
