"""Addresses of the editor around the form builder, all below ``/bien-tap/``."""

from __future__ import annotations

from django.urls import path

from procedures.editor import content, processing

DRAFT = "bien-tap/ban/<int:version>/"

urlpatterns = [
    path(f"{DRAFT}noi-dung/", content.edit_content, name="edit_content"),
    path(f"{DRAFT}xu-ly/", processing.edit_processing, name="edit_processing"),
]
