"""Search in process over 6,500 procedures: the limit, the usual way and ours, with the share of right answers.

The limit is a bare lookup: fold the question, fetch the posting list of each word, no ranking. The usual way is
PostgreSQL: ``ILIKE`` on every word, and full-text search (``to_tsvector`` with the ``simple`` configuration over
folded text, GIN index, ``ts_rank``). The 3,172 procedures are the real ones; the others are variations such as
provinces and sectors bring: the same act for another object, another place, another wording. Every way is timed by
the wall clock, in turn with the others on the same question, and the median of several rounds counts: neighbours on
the machine weigh on all alike.
"""

from __future__ import annotations

import json
import random
import resource
import statistics
import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from django.db import connection, transaction

from identity.folding import fold
from procedures import search
from procedures.index import Entry, Index

SIZE = 6_500
LEAST_SHARE = 0.95
P50_MS, P99_MS, BUILD_S = 5.0, 20.0, 3.0
TESTS = Path(__file__).resolve().parent.parent / "tests" / "procedures"
Question = tuple[str, list[str]]
SWAPS = [
    ("Cấp lại", "Cấp đổi"),
    ("Cấp", "Gia hạn"),
    ("cấp tỉnh", "cấp xã"),
    ("đăng ký", "thông báo"),
    ("Thủ tục", "Giải quyết"),
    ("phê duyệt", "thẩm định"),
    ("giấy phép", "giấy chứng nhận"),
    ("tổ chức", "cá nhân"),
    ("doanh nghiệp", "hợp tác xã"),
]
PLACES = [
    "tỉnh Lào Cai",
    "thành phố Huế",
    "tỉnh Đắk Lắk",
    "thành phố Cần Thơ",
    "tỉnh An Giang",
    "tỉnh Nghệ An",
]
OBJECTS = ["lĩnh vực thủy sản", "lĩnh vực khoáng sản", "cơ sở chăn nuôi", "khu công nghiệp", "vùng biên giới"]


def grown(entries: Sequence[Entry], size: int, *, seed: int = 7) -> list[Entry]:
    """The entries and, up to ``size``, realistic variations of the brief ones."""
    chance = random.Random(seed)  # noqa: S311  reproducible, not secret
    brief = [entry for entry in entries if not entry.is_full]
    out, names = list(entries), {entry.name for entry in entries}
    while len(out) < size:
        model = chance.choice(brief)
        name = model.name
        for old, new in chance.sample(SWAPS, 3):
            name = name.replace(old, new, 1)
        name = f"{name} ({chance.choice(OBJECTS)}, {chance.choice(PLACES)})"
        if name not in names:
            names.add(name)
            out.append(replace(model, name=name, path_code=f"9.{len(out):06}"))
    return out


def questions() -> list[Question]:
    names = ("questions.json", "questions_dev.json", "unseen.json")
    return [
        (q, codes) for name in names for q, codes in json.loads((TESTS / name).read_text(encoding="utf-8"))
    ]


def share(index: Index, asked: Sequence[Question]) -> float:
    hits = sum(any(one.path_code in codes for one in index.find(q).entries[:3]) for q, codes in asked)
    return hits / len(asked)


def milliseconds(
    ways: Mapping[str, Callable[[str], object]], asked: Sequence[Question], rounds: int
) -> dict[str, list[float]]:
    """Median of ``rounds`` for each question, sorted; the ways take turns on every question."""
    taken: dict[str, list[float]] = {name: [] for name in ways}
    for query, _codes in asked:
        each: dict[str, list[float]] = {name: [] for name in ways}
        for _ in range(rounds):
            for name, way in ways.items():
                began = time.perf_counter()
                way(query)
                each[name].append(time.perf_counter() - began)
        for name, times in each.items():
            taken[name].append(statistics.median(times) * 1000)
    return {name: sorted(times) for name, times in taken.items()}


def limit(entries: Sequence[Entry]) -> Callable[[str], object]:
    postings: dict[str, set[int]] = defaultdict(set)
    for number, entry in enumerate(entries):
        for word in fold(f"{entry.name} {' '.join(entry.keywords)}").split():
            postings[word].add(number)
    return lambda query: [postings.get(word) for word in fold(query).split()]


def fill_table(entries: Sequence[Entry]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMP TABLE bench_search (code text, name text, folded text, words tsvector) ON COMMIT DROP"
        )
        rows = [(e.path_code, e.name, fold(f"{e.name} {' '.join(e.keywords)}")) for e in entries]
        cursor.executemany("INSERT INTO bench_search VALUES (%s, %s, %s, NULL)", rows)
        cursor.execute("UPDATE bench_search SET words = to_tsvector('simple', folded)")
        cursor.execute("CREATE INDEX ON bench_search USING gin (words)")
        cursor.execute("ANALYZE bench_search")


def ilike(query: str) -> list[str]:
    words = fold(query).split() or [""]
    every = " AND ".join(["folded ILIKE %s"] * len(words))
    return _codes(f"SELECT code FROM bench_search WHERE {every} LIMIT 20", [f"%{word}%" for word in words])


def full_text(query: str) -> list[str]:
    """Any word may match, the best rank first: what a project without a search engine of its own does."""
    asked = " | ".join(fold(query).split())
    return _codes(
        "SELECT code FROM bench_search, to_tsquery('simple', %s) AS asked WHERE words @@ asked"
        " ORDER BY ts_rank(words, asked) DESC LIMIT 20",
        [asked],
    )


def _codes(statement: str, values: list[str]) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return [code for (code,) in cursor.fetchall()]


def usual_share(way: Callable[[str], list[str]], asked: Sequence[Question]) -> float:
    return sum(bool(set(way(q)[:3]) & set(codes)) for q, codes in asked) / len(asked)


def run(*, rounds: int = 3) -> dict[str, Any]:
    """Raises AssertionError when the expected procedure is not among the first three often enough."""
    asked, real = questions(), search.entries()
    synonyms, fillers = search.synonyms_in_use(), list(search.index().sayings.fillers.values())
    entries = grown(real, SIZE)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began = time.process_time()
    ours = Index(entries, synonyms, fillers)
    built = time.process_time() - began
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - memory
    shares = {str(len(real)): share(search.index(), asked), str(SIZE): share(ours, asked)}
    assert min(shares.values()) >= LEAST_SHARE, shares
    with transaction.atomic():
        fill_table(entries)
        ways: dict[str, Callable[[str], object]] = {
            "limit_lookup": limit(entries),
            "usual_ilike": ilike,
            "usual_full_text": full_text,
            "ours": ours.find,
        }
        times = milliseconds(ways, asked, rounds)
        shares |= {"usual_ilike": usual_share(ilike, asked), "usual_full_text": usual_share(full_text, asked)}
    p50 = {name: _at(taken, 0.5) for name, taken in times.items()}
    p99 = {name: _at(taken, 0.99) for name, taken in times.items()}
    return {
        "job": f"search over {SIZE} procedures, {len(asked)} questions",
        "p50_ms": p50,
        "p99_ms": p99,
        "right_in_first_three": {name: round(value, 3) for name, value in shares.items()},
        "build_cpu_s": round(built, 2),
        "memory_mb": round(memory / 1024),
        "ours_to_limit": round(p50["limit_lookup"] / p50["ours"], 3),
        "ours_to_usual": round(p50["usual_full_text"] / p50["ours"], 2),
        "half_within": round(P50_MS / p50["ours"], 2),
        "nearly_all_within": round(P99_MS / p99["ours"], 2),
        "built_within": round(BUILD_S / built, 2),
        "floors": {"half_within": 1.0, "nearly_all_within": 1.0},
    }


def _at(taken: Sequence[float], part: float) -> float:
    return round(taken[min(len(taken) - 1, int(len(taken) * part))], 3)
