"""Addresses of the editor, all below ``/bien-tap/``."""

from __future__ import annotations

from django.urls import path

from procedures.editor import pages

FORM = "bien-tap/ban/<int:version>/bieu-mau/"

urlpatterns = [
    path(FORM, pages.edit_form, name="edit_form"),
]
