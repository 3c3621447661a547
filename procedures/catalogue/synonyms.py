"""The sayings that come with the portal, brought into the editors' table without undoing what an editor did."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from identity.loading import Counts
from procedures.models import EditorialEvent, Synonym
from procedures.spelling import keys_of

SUBJECT = "synonyms"
"""What editorial events about the vocabulary concern."""


def phrase_key(phrase: str) -> str:
    """What two phrases that people would type alike have in common: «Sổ đỏ», «so do»."""
    return " ".join(keys_of(phrase))


def load_synonyms(rows: Iterable[Mapping[str, Any]]) -> Counts:
    """Make the portal's own rows equal to the file. A phrase an editor took over or took away stays so."""
    taken = _taken_by_editors()
    wanted = []
    for row in rows:
        say = [phrase for phrase in row["say"] if phrase_key(phrase) not in taken]
        find = [row["find"]] if isinstance(row["find"], str) else list(row["find"])
        if say:
            wanted.append((say, find, list(row.get("labels", [])), list(row.get("labels_en", []))))
    own = {_facts(row): row for row in Synonym.objects.filter(is_own=True)}
    kept = {repr(facts) for facts in wanted} & own.keys()
    gone = [row.pk for facts, row in own.items() if facts not in kept]
    Synonym.objects.filter(pk__in=gone).delete()
    created = Synonym.objects.bulk_create(
        Synonym(say=say, find=find, labels=labels, labels_en=labels_en)
        for say, find, labels, labels_en in wanted
        if repr((say, find, labels, labels_en)) not in kept
    )
    return Counts(created=len(created), unchanged=len(kept))


def _facts(row: Synonym) -> str:
    return repr((row.say, row.find, row.labels, row.labels_en))


def _taken_by_editors() -> set[str]:
    edited = Synonym.objects.filter(is_own=False).values_list("say", flat=True)
    dropped = EditorialEvent.objects.filter(subject=SUBJECT).values_list("details__dropped", flat=True)
    return {phrase_key(phrase) for phrases in (*edited, *dropped) for phrase in phrases or ()}
