"""The pages of life events: their opening words and their procedures in order. Kept by the Government Office."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from identity.errors import Forbidden, Refused
from identity.models import Officer, Role
from procedures.models import EditorialEvent, LifeEvent, LifeEventStep, Procedure

KEEPER = "vpcp"
"""Key of the Government Office, which runs the national portal (Nghị định 61/2018/NĐ-CP)."""
MOST_STEPS = 60
SUBJECT = "life-event:"


@transaction.atomic
def write_life_event(
    *,
    event: LifeEvent,
    texts: Mapping[str, str],
    steps: Sequence[Mapping[str, Any]],
    by: Officer,
    at: dt.datetime,
) -> LifeEvent:
    """``texts``: name, name_en, summary, summary_en. ``steps`` in their order: procedure (slug), note, note_en."""
    if not (by.has_role(Role.EDITOR) and by.agency.key == KEEPER):
        raise Forbidden(_("Trang việc trong đời do biên tập viên Văn phòng Chính phủ giữ."))
    name = " ".join(texts.get("name", "").split())
    name_en = " ".join(texts.get("name_en", "").split())
    if not name or not name_en:
        raise Refused(_("Tên: ghi cả tiếng Việt và tiếng Anh."))
    slugs = [str(step["procedure"]) for step in steps]
    known = {one.slug: one for one in Procedure.objects.filter(slug__in=slugs)}
    if missing := [slug for slug in slugs if slug not in known]:
        raise Refused(_("Không có thủ tục «%(slug)s» trong danh mục.") % {"slug": missing[0]})
    if len(set(slugs)) != len(slugs) or len(slugs) > MOST_STEPS:
        raise Refused(_("Mỗi thủ tục chỉ đứng một lần, nhiều nhất %(most)s thủ tục.") % {"most": MOST_STEPS})
    current = LifeEvent.objects.select_for_update().get(pk=event.pk)
    current.name, current.name_en = name[:120], name_en[:120]
    current.summary, current.summary_en = (
        texts.get("summary", "").strip(),
        texts.get("summary_en", "").strip(),
    )
    current.save()
    current.steps.all().delete()
    LifeEventStep.objects.bulk_create(
        LifeEventStep(
            lifeevent=current,
            procedure=known[str(step["procedure"])],
            order=place,
            note=str(step.get("note", ""))[:200],
            note_en=str(step.get("note_en", ""))[:200],
        )
        for place, step in enumerate(steps, 1)
    )
    EditorialEvent.objects.create(
        subject=f"{SUBJECT}{current.key}", kind="write", by=by, at=at, details={"steps": slugs}
    )
    return current


def list_on_pages(wanted: Mapping[int, Iterable[str]]) -> bool:
    """Put procedures (by primary key) on the pages of the life events their records name, and on no other; True if
    that changed a page. A page the keeper wrote is the keeper's: only the keeper changes what stands on it."""
    free = {event.key: event.pk for event in LifeEvent.objects.exclude(key__in=written_pages())}
    rows = LifeEventStep.objects.filter(procedure_id__in=wanted, lifeevent_id__in=free.values())
    kept = {(row.procedure_id, row.lifeevent_id): row.pk for row in rows}
    asked = {(procedure, free[key]) for procedure, keys in wanted.items() for key in keys if key in free}
    gone = [pk for pair, pk in kept.items() if pair not in asked]
    LifeEventStep.objects.filter(pk__in=gone).delete()
    fresh = sorted(asked - kept.keys())
    LifeEventStep.objects.bulk_create(
        LifeEventStep(procedure_id=one, lifeevent_id=event) for one, event in fresh
    )
    return bool(gone or fresh)


def written_pages() -> set[str]:
    """Keys of the life events whose page the keeper wrote."""
    subjects = EditorialEvent.objects.filter(subject__startswith=SUBJECT).values_list("subject", flat=True)
    return {subject.removeprefix(SUBJECT) for subject in subjects}
