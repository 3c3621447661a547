"""Addresses of the editor around the form builder, all below ``/bien-tap/``."""

from __future__ import annotations

from django.urls import path, re_path

from procedures.editor import comparing, content, life_pages, offerings, overview, processing, workflow

DRAFT = "bien-tap/ban/<int:version>/"
OFFERED = "bien-tap/noi-cung-cap/"

urlpatterns = [
    path("bien-tap/", overview.editor, name="editor"),
    path("bien-tap/moi/", overview.new, name="new"),
    path("bien-tap/thu-tuc/<str:code>/", overview.versions, name="versions"),
    path(DRAFT, workflow.draft, name="draft"),
    path(f"{DRAFT}noi-dung/", content.edit_content, name="edit_content"),
    path(f"{DRAFT}xu-ly/", processing.edit_processing, name="edit_processing"),
    path(f"{DRAFT}so-sanh/", comparing.compare, name="compare"),
    path(f"{DRAFT}chuyen-ban/", workflow.rebase, name="rebase"),
    re_path(
        rf"^bien-tap/ban/(?P<version>[0-9]{{1,9}})/(?P<step>{'|'.join(workflow.STEPS)})/$",
        workflow.publish,
        name="publish",
    ),
    path(OFFERED, offerings.offerings, name="offerings"),
    path(f"{OFFERED}<str:code>/", offerings.offerings_of, name="offerings_of"),
    path(f"{OFFERED}<str:code>/<int:offering>/thoi/", offerings.end_offering, name="end_offering"),
    path("bien-tap/viec/", life_pages.life_events, name="life_events"),
    path("bien-tap/viec/<slug:key>/", life_pages.life_events_editor, name="life_events_editor"),
]
