"""Rounds of several variants, interleaved so that neighbours on the machine weigh on all alike."""

from __future__ import annotations

import statistics
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from django.db import connection

Variant = Callable[[int], None]
"""Does the job once for the given serial number."""


def per_second(variants: dict[str, Variant], *, each: int, rounds: int, threads: int) -> dict[str, float]:
    """Median jobs a second of each variant, ``each`` jobs a thread and round, serial numbers never repeated."""
    rates: dict[str, list[float]] = {name: [] for name in variants}
    serial = dict.fromkeys(variants, 0)
    for _ in range(rounds):
        for name, variant in variants.items():
            start = serial[name]
            serial[name] += each * threads
            rates[name].append(each * threads / _run(variant, start, each, threads))
    return {name: round(statistics.median(values), 1) for name, values in rates.items()}


def _run(variant: Variant, start: int, each: int, threads: int) -> float:
    barrier = threading.Barrier(threads + 1)
    failures: list[BaseException] = []

    def work(offset: int) -> None:
        try:
            connection.ensure_connection()
            barrier.wait()
            for number in range(start + offset * each, start + (offset + 1) * each):
                variant(number)
        except BaseException as error:  # handed to the main thread, which raises it
            failures.append(error)
            barrier.abort()
        finally:
            connection.close()

    workers = [threading.Thread(target=work, args=(n,)) for n in range(threads)]
    for worker in workers:
        worker.start()
    with suppress(threading.BrokenBarrierError):
        barrier.wait()
    began = time.perf_counter()
    for worker in workers:
        worker.join()
    took = time.perf_counter() - began
    if failures:
        raise failures[0]
    return took


def table(title: str, rates: dict[str, float], *, floors: dict[str, float]) -> dict[str, Any]:
    """Rates of the variants ``limit``, ``usual`` and ``ours``, the two ratios, and the floors they must keep."""
    return {
        "job": title,
        "per_second": rates,
        "ours_to_limit": round(rates["ours"] / rates["limit"], 2),
        "ours_to_usual": round(rates["ours"] / rates["usual"], 2),
        "floors": floors,
    }
