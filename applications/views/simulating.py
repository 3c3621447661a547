"""«Mô phỏng»: past dossiers replayed on a draft. Counts only; the numbers are not kept, the act is recorded."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from applications import answering, services, simulated
from applications.services.simulating import MOST, USUAL
from identity.access import officer_required
from identity.errors import Refused
from procedures import schema
from procedures.access import EDITORIAL, version_for
from procedures.editor.frame import frame, signed_in

UNPROCESSABLE = 422


@officer_required(*EDITORIAL)
def simulate(request: HttpRequest, version: int) -> HttpResponse:
    officer = signed_in(request)
    draft = version_for(officer, version, "read")
    typed = request.POST.get("so_ho_so", str(USUAL)).strip()
    context = {**frame(draft, officer, tab="simulate"), "typed": typed, "most": MOST}
    if request.method != "POST":
        return render(request, "editor/simulate.html", context)
    last = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 6 else 0
    try:
        report = services.simulate(version=draft, last=last, by=officer, at=timezone.now())
    except Refused as refused:
        context["error"] = refused.message
        return render(request, "editor/simulate.html", context, status=UNPROCESSABLE)
    except schema.SchemaError as wrong:
        context["faults"] = wrong.faults
        return render(request, "editor/simulate.html", context, status=UNPROCESSABLE)
    form = answering.form_of_version(draft)
    context["found"] = simulated.findings(report, draft=form, version=draft, officer=officer)
    return render(request, "editor/simulate.html", context)
