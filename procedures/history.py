"""What changed in a procedure, open to everybody: its versions, why they changed and what they cost people."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

from django.contrib.syndication.views import Feed
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from identity.access import public
from procedures import search
from procedures.diff import BurdenDelta
from procedures.editor.chips import Chip, chip_of
from procedures.editor.comparing import chosen, compared, delta_between
from procedures.models import Procedure, ProcedureVersion
from procedures.views import procedure_at, shown

MOST_IN_FEED = 50
Published = ProcedureVersion.Status.PUBLISHED


@dataclass(frozen=True)
class Entry:
    version: ProcedureVersion
    chip: Chip
    before: ProcedureVersion | None
    delta: BurdenDelta | None


@require_GET
@public
def changes(request: HttpRequest, code: str) -> HttpResponse:
    procedure = procedure_at(code)
    context = {"procedure": procedure, "entries": _entries(procedure, search.today())}
    return render(request, "procedures/changes.html", context)


def _entries(procedure: Procedure, on: dt.date) -> list[Entry]:
    """The newest first, each with what it asks more or less than the one before."""
    versions = list(procedure.versions.filter(status=Published).order_by("-effective_from"))
    pairs = [*pairwise(versions), *((last, None) for last in versions[-1:])]
    return [
        Entry(version, chip_of(version, on), before, delta_between(before, version) if before else None)
        for version, before in pairs
    ]


@require_GET
@public
def version_page(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """An earlier or a scheduled version as it was or will be promised."""
    procedure = procedure_at(code)
    version = procedure.versions.filter(status=Published, number=number).first() if number < 10**6 else None
    if version is None:
        raise Http404(_("Thủ tục này không có bản đã công bố mang số đó."))
    on = search.today()
    is_in_force = version.stage(on) == ProcedureVersion.Stage.IN_FORCE
    context = shown(request, procedure, version) | {
        "chip": chip_of(version, on),
        "can_start": version.is_live and is_in_force,
        "is_of_another_time": not is_in_force,
    }
    return render(request, "procedures/detail.html", context)


@require_GET
@public
def compare_published(request: HttpRequest, code: str) -> HttpResponse:
    """``?tu=1&den=2``; without them the newest with the one before."""
    procedure = procedure_at(code)
    versions = list(procedure.versions.filter(status=Published).order_by("-number"))
    after = chosen(versions, request.GET.get("den", ""), versions[0] if versions else None)
    earlier = next((one for one in versions if after and one.number < after.number), None)
    before = chosen(versions, request.GET.get("tu", ""), earlier)
    context = {
        "procedure": procedure,
        "versions": versions,
        "before": before,
        "after": after,
        "comparison": compared(before, after) if before and after else None,
    }
    return render(request, "procedures/compare.html", context)


class Changes(Feed[ProcedureVersion, ProcedureVersion]):
    """Every change of the catalogue that a ministry decided, the newest first."""

    feed_type = Atom1Feed

    def title(self) -> str:
        return _("Thay đổi của thủ tục hành chính")

    def subtitle(self) -> str:
        return _("Các bản mới của thủ tục hành chính, theo ngày công bố.")

    def link(self) -> str:
        return reverse("procedures:search")

    def items(self) -> Iterable[ProcedureVersion]:
        versions = ProcedureVersion.objects.filter(status=Published, number__gt=1) | (
            ProcedureVersion.objects.filter(status=Published, approved_by__isnull=False)
        )
        return versions.select_related("procedure").order_by("-published_at", "-pk")[:MOST_IN_FEED]

    def item_title(self, item: ProcedureVersion) -> str:  # type: ignore[override]
        return _("%(name)s: bản %(number)s") % {"name": item.procedure.title, "number": item.number}

    def item_description(self, item: ProcedureVersion) -> str:
        begins = f"{item.effective_from:%d/%m/%Y}"
        said = [_("Hiệu lực từ %(day)s.") % {"day": begins}, item.decision, item.change_note]
        return " ".join(filter(None, said))

    def item_link(self, item: ProcedureVersion) -> str:
        return reverse("procedures:version", args=[item.procedure.path_code, item.number])

    def item_pubdate(self, item: ProcedureVersion) -> dt.datetime | None:
        return item.published_at

    def item_updateddate(self, item: ProcedureVersion) -> dt.datetime | None:
        return item.published_at


feed = public(Changes())
