"""The pages of life events: their opening words and their procedures in order. Kept by the Government Office."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from identity.errors import Forbidden, Refused
from identity.models import Officer, Role
from procedures.models import EditorialEvent, LifeEvent, LifeEventStep, Procedure

KEEPER = "vpcp"
"""Key of the Government Office, which runs the national portal (Nghị định 61/2018/NĐ-CP)."""
MOST_STEPS = 60


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
        subject=f"life-event:{current.key}", kind="write", by=by, at=at, details={"steps": slugs}
    )
    return current
