"""Public pages that show how the house works, and where people say what they think of it."""

from __future__ import annotations

import csv
import datetime as dt

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from identity.access import public
from oversight import services
from oversight.forms import FeedbackForm, page_of
from oversight.indicators import COMPARABLE, DEFINITIONS, ENOUGH, MEDIAN, Figures, figures

FRESH_SECONDS = 60
AGENCIES_SHOWN = 30
COLUMNS = ("agency", "dossiers", "indicator", "numerator", "denominator", "percent", "median_hours")


def _figures() -> tuple[dt.datetime, list[Figures]]:
    """At most one minute old: a public page must not count the country's dossiers at every visit."""
    found: tuple[dt.datetime, list[Figures]] | None = cache.get("oversight:figures")
    if found is None:
        at = timezone.now()
        found = at, figures(at=at)
        cache.set("oversight:figures", found, FRESH_SECONDS)
    return found


@public
@require_safe
def statistics(request: HttpRequest) -> HttpResponse:
    at, rows = _figures()
    agencies = rows[1:]
    context = {
        "at": at,
        "all": rows[0],
        "shares": [(definition, rows[0].share(definition.key)) for definition in DEFINITIONS],
        "median": MEDIAN,
        "agencies": agencies[:AGENCIES_SHOWN],
        "hidden": max(0, len(agencies) - AGENCIES_SHOWN),
        "enough": ENOUGH,
        "comparable": COMPARABLE,
    }
    return render(request, "oversight/statistics.html", context)


def _records(rows: list[Figures]) -> list[dict[str, object]]:
    """One record for each figure of each agency; what is too little to show is empty here as well."""
    records: list[dict[str, object]] = []
    for row in rows:
        name = row.agency or _("Tất cả")
        for definition in DEFINITIONS:
            share = row.share(definition.key)
            values = (share.numerator, share.denominator, share.percent) if share.enough else (None,) * 3
            record = (name, row.dossiers, definition.key, *values, None)
            records.append(dict(zip(COLUMNS, record, strict=True)))
        record = (name, row.dossiers, MEDIAN.key, None, row.finished, None, row.median_hours)
        records.append(dict(zip(COLUMNS, record, strict=True)))
    return records


@public
@require_safe
def statistics_csv(request: HttpRequest) -> HttpResponse:
    response = HttpResponse("\ufeff", content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="thong-ke.csv"'
    writer = csv.DictWriter(response, COLUMNS)
    writer.writeheader()
    writer.writerows(_records(_figures()[1]))
    return response


@public
@require_safe
def statistics_json(request: HttpRequest) -> HttpResponse:
    at, rows = _figures()
    definitions = {
        one.key: {
            "name": str(one.name),
            "numerator": str(one.numerator),
            "denominator": str(one.denominator),
            "note": str(one.note),
        }
        for one in (*DEFINITIONS, MEDIAN)
    }
    content = {"computed_at": at.isoformat(), "smallest_denominator": ENOUGH, "definitions": definitions}
    options = {"ensure_ascii": False}
    return JsonResponse({**content, "figures": _records(rows)}, json_dumps_params=options)


@public
@require_http_methods(["GET", "POST"])
def feedback(request: HttpRequest) -> HttpResponse:
    """A GET only fills the form in, so that crawlers that follow «Có» and «Không» say nothing."""
    if request.method == "POST":
        form = FeedbackForm(request.POST)
        if form.is_valid():
            said = form.cleaned_data
            services.leave_feedback(
                page=said["trang"], helpful=form.helpful, text=said["text"], at=timezone.now()
            )
            return redirect("oversight:thanks")
    else:
        page = page_of(request.GET.get("trang", ""))
        form = FeedbackForm(initial={"trang": page, "giup": request.GET.get("giup", "")})
    return render(request, "oversight/feedback.html", {"form": form}, status=422 if form.errors else 200)


@public
@require_safe
def thanks(request: HttpRequest) -> HttpResponse:
    return render(request, "oversight/thanks.html")
