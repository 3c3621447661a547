"""Who read a citizen's data, newest first, page by page."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from identity.models import Citizen, DataAccess

PAGE = 25


def page_of(citizen: Citizen, *, before: int | None = None) -> tuple[list[DataAccess], int | None]:
    """One page and the key of the next. A key of somebody else's row opens the first page."""
    rows: QuerySet[DataAccess] = DataAccess.objects.filter(subject=citizen).select_related(
        "officer", "agency"
    )
    if before is not None and (last := rows.filter(pk=before).first()):
        rows = rows.filter(Q(at__lt=last.at) | Q(at=last.at, pk__lt=last.pk))
    found = list(rows.order_by("-at", "-pk")[: PAGE + 1])
    return found[:PAGE], found[PAGE - 1].pk if len(found) > PAGE else None
