"""The load of the unit."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from applications.office import load
from applications.views.office import READERS
from identity.access import acting_officer, officer_required


@require_GET
@officer_required(*READERS)
def load_page(request: HttpRequest) -> HttpResponse:
    """Each number leads to the dossiers behind it."""
    officer = acting_officer(request)
    context = {
        "officer": officer,
        "unit": load.of_unit(officer, now=timezone.now()),
        "days": load.DAYS,
        "sees_names": officer.has_role(*load.SUPERIORS),
    }
    return render(request, "office/load.html", context)
