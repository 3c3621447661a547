"""The daily file: believed as a whole or not at all, matched to the đồng, and the same report ever after."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import json

import pytest
from django.core.management import call_command
from django.utils import timezone

from applications import actors
from identity.errors import Conflict, Forbidden, Refused
from identity.models import Role
from payments import desk, reconcile, services, statements
from payments.gateways import demo
from payments.gateways.base import Notice
from payments.models import Break, DemoTransaction, Receipt, Statement, StatementLine
from tests import factories
from tests.payments.conftest import SECRET, envelope, notice, settled, started

pytestmark = pytest.mark.django_db

DAY = dt.date(2026, 11, 20)
NOON = dt.datetime(2026, 11, 20, 5, 0, tzinfo=dt.UTC)
NEXT = NOON + dt.timedelta(days=1)
CLASSES = ("matched", "missing_here", "missing_there", "amount", "duplicate", "status")


def line_of(attempt, **changes) -> Notice:
    values = {
        "provider_id": attempt.provider_id, "reference": attempt.reference, "amount_vnd": attempt.amount_vnd,
        "status": "paid", "paid_at": attempt.paid_at,
    }  # fmt: skip
    return Notice(**{**values, **changes})


def stranger(number: int, **changes) -> Notice:
    return Notice(**{
        "provider_id": f"S{number}", "reference": f"NOBODY{number}", "amount_vnd": 70_000 + number,
        "status": "paid", "paid_at": NOON, **changes,
    })  # fmt: skip


@pytest.fixture
def file(tmp_path):
    def write(lines, name="day.csv", day=DAY, gateway="demo", secret=SECRET):
        path = tmp_path / name
        path.write_bytes(statements.write(lines, gateway=gateway, day=day, secret=secret))
        return path

    return write


def run(path, day=DAY, at=NEXT):
    return services.reconcile(gateway="demo", day=day, path=path, at=at)


def classes(report) -> dict[str, tuple[int, int]]:
    return {kind: (report[kind]["count"], report[kind]["amount_vnd"]) for kind in CLASSES}


def finance():
    return actors.officer(factories.officer(factories.commune_agency(), Role.FINANCE))


def seeded(file):
    """One of each class, two of «missing here»."""
    good, missing, short, twice, refunded = (settled(at=NOON) for _n in range(5))
    lines = [
        line_of(good),
        stranger(1),
        stranger(2),
        line_of(short, amount_vnd=195_000),
        line_of(twice),
        line_of(twice),
        line_of(refunded, status="refunded"),
    ]
    return file(lines), missing


def test_every_difference_falls_into_its_class_exact_to_the_dong(file):
    path, missing = seeded(file)
    report = run(path)
    assert classes(report) == {
        "matched": (2, 400_000),
        "missing_here": (2, 140_003),
        "missing_there": (1, 200_000),
        "amount": (1, 5_000),
        "duplicate": (1, 200_000),
        "status": (1, 200_000),
    }
    assert report["portal"] == {"count": 5, "amount_vnd": 1_000_000}
    assert report["provider"] == {"count": 7, "amount_vnd": 1_135_003}
    assert (report["open_breaks"], report["recorded"]) == (6, 0)
    assert Break.objects.get(kind="missing_there").provider_id == missing.provider_id
    assert StatementLine.objects.count() == 7


def test_a_classification_that_forgets_duplicates_would_be_caught(file, monkeypatch):
    monkeypatch.setattr(reconcile, "_CLASSIFY", reconcile._CLASSIFY.replace("t.occurrence > 1", "false"))
    path, _missing = seeded(file)
    assert classes(run(path))["duplicate"] == (0, 0)


def test_the_same_file_twice_changes_nothing(file):
    path, _missing = seeded(file)
    first = run(path)
    before = list(Break.objects.order_by("pk").values())
    second = run(path, at=NEXT + dt.timedelta(hours=1))
    assert json.dumps(first, sort_keys=True) == json.dumps(second, sort_keys=True)
    assert list(Break.objects.order_by("pk").values()) == before
    assert (Statement.objects.count(), StatementLine.objects.count()) == (1, 7)


def test_a_corrected_file_answers_what_it_mends_and_keeps_the_rest(file):
    short, gone = settled(at=NOON), settled(at=NOON)
    run(file([line_of(short, amount_vnd=195_000)]))
    assert set(Break.objects.values_list("kind", "state")) == {("amount", "open"), ("missing_there", "open")}
    run(file([line_of(short)], "corrected.csv"), at=NEXT + dt.timedelta(hours=1))
    assert dict(Break.objects.values_list("kind", "state")) == {"amount": "resolved", "missing_there": "open"}
    assert Break.objects.get(kind="missing_there").attempt == gone


def test_a_lost_notification_is_recorded_from_the_file_and_the_dossier_moves_on(file):
    attempt = started(at=NOON)
    told = notice(attempt, paid_at=NOON)
    report = run(file([told]))
    assert classes(report)["missing_here"] == (1, 200_000)
    assert (report["recorded"], report["open_breaks"]) == (1, 0)
    attempt.refresh_from_db()
    assert (attempt.state, attempt.charge.dossier.state) == ("settled", "submitted")
    assert Receipt.objects.get().dossier == attempt.charge.dossier
    late = services.settle(gateway="demo", envelope=envelope(told), at=timezone.now())
    assert late == "known"
    assert Break.objects.get().note.startswith("Ghi nhận theo tệp đối soát")


def test_a_short_payment_parked_from_its_notification_is_one_break_not_two(file):
    attempt = started(at=NOON)
    told = notice(attempt, amount_vnd=195_000, paid_at=NOON)
    services.settle(gateway="demo", envelope=envelope(told, at=NOON), at=NOON)
    report = run(file([told]))
    assert classes(report)["amount"] == (1, 5_000)
    assert Break.objects.count() == 1


def test_a_short_payment_nobody_told_of_stays_an_open_break(file):
    attempt = started(at=NOON)
    report = run(file([notice(attempt, amount_vnd=195_000, paid_at=NOON)]))
    assert (report["recorded"], report["open_breaks"]) == (0, 1)
    attempt.refresh_from_db()
    assert attempt.state == "started"


def test_a_second_payment_of_a_settled_charge_is_a_duplicate(file):
    attempt = settled(at=NOON)
    report = run(file([line_of(attempt), line_of(attempt, provider_id="AGAIN")]))
    assert (classes(report)["matched"], classes(report)["duplicate"]) == ((1, 200_000), (1, 200_000))


def test_a_payment_filed_under_another_day_is_a_difference_of_status(file):
    attempt = settled(at=NOON)
    report = run(file([line_of(attempt)], day=DAY + dt.timedelta(days=1)), day=DAY + dt.timedelta(days=1))
    assert (classes(report)["status"], classes(report)["missing_there"]) == ((1, 200_000), (0, 0))


def test_a_payment_at_midnight_belongs_to_the_vietnamese_day(file):
    last = settled(at=dt.datetime(2026, 11, 20, 16, 59, 59, tzinfo=dt.UTC))
    settled(at=dt.datetime(2026, 11, 20, 17, 0, 0, tzinfo=dt.UTC))
    assert classes(run(file([line_of(last)])))["missing_there"] == (0, 0)


def cut(content: bytes) -> bytes:
    return content[: len(content) // 2]


def half_the_lines(content: bytes) -> bytes:
    lines = content.splitlines(keepends=True)
    return b"".join([lines[0], *lines[1:-2:2], *lines[-2:]])


def altered(content: bytes) -> bytes:
    return content.replace(b",200000,paid", b",200001,paid", 1)


def without_seal(content: bytes) -> bytes:
    return content[: content.rindex(b"HMAC")]


def something_after(content: bytes) -> bytes:
    return content + b"S9,NOBODY,1,paid,2026-11-20T05:00:00Z\n"


@pytest.mark.parametrize("damage", [cut, half_the_lines, altered, without_seal, something_after])
def test_a_damaged_file_is_refused_and_nothing_is_stored(file, damage):
    path = file([line_of(settled(at=NOON)), line_of(settled(at=NOON)), stranger(1)])
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(statements.StatementRefused):
        run(path)
    assert not Statement.objects.exists()
    assert not Break.objects.exists()


@pytest.mark.parametrize(
    "other", [{"day": DAY + dt.timedelta(days=1)}, {"gateway": "other"}, {"secret": "x"}]
)
def test_a_file_of_another_day_gateway_or_hand_is_refused(file, other):
    with pytest.raises(statements.StatementRefused):
        run(file([stranger(1)], **other))


def test_a_day_that_no_calendar_has_is_refused(file):
    path = file([stranger(1)])
    broken = path.read_bytes().split(b"HMAC")[0].replace(b"2026-11-20T", b"2026-11-31T")
    seal = hmac.new(SECRET.encode(), broken, hashlib.sha256).hexdigest()
    path.write_bytes(broken + f"HMAC,{seal}\n".encode())
    with pytest.raises(statements.StatementRefused):
        run(path)


def test_the_command_answers_json_and_refuses_with_two(file, capsys):
    path, _missing = seeded(file)
    call_command("reconcile", gateway="demo", date=DAY, statement=path, json=True)
    assert json.loads(capsys.readouterr().out)["matched"] == {"count": 2, "amount_vnd": 400_000}
    path.write_bytes(cut(path.read_bytes()))
    with pytest.raises(SystemExit) as stop:
        call_command("reconcile", gateway="demo", date=DAY, statement=path, json=True)
    printed = capsys.readouterr()
    assert (stop.value.code, printed.out, printed.err.count("\n")) == (2, "", 1)


def test_the_demo_gateway_writes_its_day_and_the_beat_reconciles_it_once(settings, tmp_path):
    settings.SETTLEMENT_DIR = tmp_path
    attempt = started(at=NOON)
    DemoTransaction.objects.filter(reference=attempt.reference).update(state="paid", paid_at=NOON)
    demo.write_settlement(DAY)
    first = services.reconcile_due(at=NEXT)
    assert [classes(report)["missing_here"] for report in first] == [(1, 200_000)]
    assert services.reconcile_due(at=NEXT) == first
    attempt.refresh_from_db()
    assert attempt.state == "settled"


def test_a_day_closes_only_when_every_difference_is_explained(file):
    path, _missing = seeded(file)
    run(path)
    statement, by = Statement.objects.get(), finance()
    for item in Break.objects.all():
        with pytest.raises(Conflict):
            services.close_day(statement=statement, by=by, at=NEXT)
        services.resolve(item=item, note="Đã hỏi ngân hàng, hoàn tiền", by=by, at=NEXT)
    assert services.close_day(statement=statement, by=by, at=NEXT).closed_by_id == by.user_id
    with pytest.raises(Conflict):
        services.close_day(statement=statement, by=by, at=NEXT)
    with pytest.raises(Conflict):
        run(file([stranger(5)], "later.csv"))


def test_a_difference_is_explained_in_words_once_and_by_finance_only(file):
    run(file([stranger(1)]))
    item, by = Break.objects.get(), finance()
    with pytest.raises(Refused):
        services.resolve(item=item, note="ok", by=by, at=NEXT)
    clerk = actors.officer(factories.officer(factories.commune_agency(), Role.INTAKE))
    with pytest.raises(Forbidden):
        services.resolve(item=item, note="Đã hỏi ngân hàng", by=clerk, at=NEXT)
    with pytest.raises(Conflict):
        services.record_break(item=item, by=by, at=NEXT)
    item.refresh_from_db()
    assert (item.state, Break.objects.count()) == ("open", 1)
    services.resolve(item=item, note="Đã hỏi ngân hàng", by=by, at=NEXT)
    with pytest.raises(Conflict):
        services.resolve(item=item, note="Đã hỏi ngân hàng lần nữa", by=by, at=NEXT)


def test_the_desk_shows_what_the_report_says(file):
    path, _missing = seeded(file)
    run(path)
    day = desk.day_of("demo", DAY)
    assert (day.portal.count, day.portal.amount_vnd, day.provider.count) == (5, 1_000_000, 7)
    assert (day.difference_vnd, day.matched, day.all_items, day.share) == (135_003, 2, 8, 25.0)
    assert (day.debit_vnd, day.credit_vnd, day.receipt_gaps, day.can_close) == (
        1_000_000,
        1_000_000,
        0,
        False,
    )
    assert {g["kind"]: g["amount_vnd"] for g in day.by_kind}["amount"] == 5_000
