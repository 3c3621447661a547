"""Fifty sick-leave certificates: drawing and signing alone, one person after another by single acts, and as a batch.

The limit is the drawing and signing of fifty papers that wait for it, and nothing else. The usual way is what two
officers do with single acts, the waits for pages and hands left out: file, accept, hand on, propose, sign, issue,
release, one person after another. Ours is the list and the signing batch with both dry runs, in one process; further
workers would share it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

from django.utils import timezone

from applications import actors, batching, issuing, papers, services
from applications.models import BatchOperation, Dossier, Result
from applications.office import lists
from applications.office.batches import ACTIONS, Selection
from identity.models import Officer

FLOORS = {"ours_to_limit": 0.2, "ours_to_usual": 0.4}
"""Below one by design: the dry run performs every act once more, and takes it back."""
SHARED = """Nơi bạn đang làm việc và đóng bảo hiểm: Công ty Dệt may Hòa Thọ
Ai bị bệnh?: Tôi bị bệnh
Cơ sở khám, chữa bệnh: Trạm Y tế phường Hải Châu
Chẩn đoán: COVID-19
Phương pháp điều trị: Cách ly, theo dõi tại nhà
Cách nhận kết quả: Chỉ nhận bản điện tử"""
COLUMNS = [
    "Số định danh cá nhân",
    "Họ, chữ đệm và tên",
    "Ngày, tháng, năm sinh",
    "Giới tính",
    "Nơi cư trú",
    "Mã số bảo hiểm xã hội",
    "Số điện thoại",
    "Nghỉ ốm từ ngày",
    "Nghỉ ốm đến ngày",
]


def run(*, count: int, rounds: int) -> dict[str, Any]:
    """Seconds and certificates a second of each way, best of ``rounds``; all three leave delivered dossiers."""
    worker = Officer.objects.select_related("agency", "user").get(user__username="haichau.tramyte")
    head = Officer.objects.select_related("agency", "user").get(user__username="haichau.tramtruong")
    numbers = _numbers()
    _usual(worker, head, _rows(worker, numbers, 1))
    took: dict[str, float] = {}
    for _round in range(rounds):
        for name, way in (("limit", _limit), ("usual", _usual), ("ours", _ours)):
            seconds = way(worker, head, _rows(worker, numbers, count))
            took[name] = min(seconds, took.get(name, seconds))
    rates = {name: round(count / seconds, 1) for name, seconds in took.items()}
    return {
        "job": f"{count} sick-leave certificates issued by one action",
        "seconds": {name: round(seconds, 2) for name, seconds in took.items()},
        "per_second": rates,
        "ours_to_limit": round(took["limit"] / took["ours"], 2),
        "ours_to_usual": round(took["usual"] / took["ours"], 2),
        "floors": FLOORS,
    }


def _paper() -> dict[str, Any]:
    """The station's own record, one file for the whole list."""
    question, content = "doc_home_isolation_treatment_record", b"%PDF-1.7\ntrailer\n<<>>\n%%EOF\n"
    checked = papers.check(name="so-theo-doi.pdf", content=content)
    return {
        "question": question,
        "name": checked.name,
        "media_type": checked.media_type,
        "size": len(content),
        "sha256": checked.sha256,
        "path": papers.store(content),
    }


def _limit(worker: Officer, head: Officer, rows: list[dict[str, Any]]) -> float:
    waiting = [_signed(worker, head, row) for row in rows]
    pairs = [(one, Result.objects.get(dossier=one)) for one in waiting]
    return _timed(lambda: [issuing.produce(*pair) for pair in pairs])


def _usual(worker: Officer, head: Officer, rows: list[dict[str, Any]]) -> float:
    def one_after_another() -> None:
        for row in rows:
            dossier = _signed(worker, head, row)
            services.issue(dossier=dossier, at=timezone.now())
            services.release(dossier=dossier, by=actors.officer(head), at=timezone.now())

    return _timed(one_after_another)


def _ours(worker: Officer, head: Officer, rows: list[dict[str, Any]]) -> float:
    made: list[BatchOperation] = []

    def by_list() -> None:
        token = f"{time.time_ns()}"[-16:]
        filed = services.create_list_batch(
            version=_version(worker),
            rows=rows,
            parameters={"papers": [_paper()]},
            token=token,
            officer=worker,
            at=timezone.now(),
        )
        _through(filed, worker)
        signing = services.create_batch(
            action=ACTIONS["issue"],
            chosen=Selection(batch=filed.key),
            parameters={},
            token=token,
            officer=head,
            at=timezone.now(),
        )
        _through(signing, head)
        made.append(signing)

    seconds = _timed(by_list)
    done = Dossier.objects.filter(state="delivered", pk__in=made[0].items.values("dossier"))
    assert done.count() == len(rows), "a certificate is missing"
    return seconds


def _through(batch: BatchOperation, officer: Officer) -> None:
    batching.work(batch.pk, seconds=600)
    services.confirm_batch(batch=batch, officer=officer, at=timezone.now())
    batching.work(batch.pk, seconds=600)


def _signed(worker: Officer, head: Officer, row: dict[str, Any]) -> Dossier:
    dossier = services.file_row(
        version=_version(worker),
        answers=row,
        papers=[_paper()],
        findings={},
        by=actors.officer(worker),
        at=timezone.now(),
    )
    return services.sign(dossier=dossier, by=actors.officer(head), at=timezone.now())


def _version(officer: Officer) -> Any:
    return lists.usable(officer.agency, on=timezone.localdate())[0]


def _rows(officer: Officer, numbers: Iterator[int], count: int) -> list[dict[str, Any]]:
    table = [COLUMNS]
    for number in (next(numbers) for _ in range(count)):
        home = "12 Bạch Đằng, Phường Hải Châu, Thành phố Đà Nẵng"
        days = ["1/11/2026", "7/11/2026"]
        table.append(
            [
                f"048195{number:06}",
                "Nguyễn Văn An",
                "12/3/1995",
                "Nam",
                home,
                f"48{number:08}",
                "0905 123 456",
                *days,
            ]
        )
    held = _paper()
    judged = lists.judge(
        _version(officer),
        table,
        shared=SHARED,
        papers={held["question"]: held["sha256"]},
        agency=officer.agency,
        at=timezone.now(),
    )
    assert not judged.mistakes, judged.mistakes[:3]
    return list(judged.rows)


def _numbers() -> Iterator[int]:
    """Personal numbers nobody of earlier runs has."""
    first = time.time_ns() // 10**9 % 900_000
    yield from range(first, first + 100_000)


def _timed(way: Callable[[], object]) -> float:
    began = time.perf_counter()
    way()
    return time.perf_counter() - began
