"""The pages of a form: shown, added, named, moved, removed."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from identity.access import officer_required
from procedures.access import EDITORIAL, version_for
from procedures.editor.frame import frame, signed_in


@officer_required(*EDITORIAL)
def edit_form(request: HttpRequest, version: int) -> HttpResponse:
    officer = signed_in(request)
    draft = version_for(officer, version, "read")
    return render(request, "editor/form.html", frame(draft, officer, tab="edit_form"))
