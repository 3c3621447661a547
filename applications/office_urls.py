"""Addresses of the officer's desk, under ``/can-bo/``."""

from __future__ import annotations

from django.urls import path

from applications.views import claiming, office, saved_filters

urlpatterns = [
    path("can-bo/", office.inbox_page, name="inbox"),
    path("can-bo/bo-loc/", saved_filters.save, name="save_filter"),
    path("can-bo/bo-loc/<int:number>/<slug:action>/", saved_filters.change, name="change_filter"),
    path("can-bo/ke-tiep/", claiming.claim_next, name="claim_next"),
    path("can-bo/ho-so/<str:code>/giu/<slug:action>/", claiming.hold, name="hold"),
    path("can-bo/ky-so/", office.signing_page, name="signing"),
    path("can-bo/so-theo-doi/", office.register, name="register"),
    path("can-bo/ho-so/<str:code>/", office.workspace_page, name="workspace"),
    path("can-bo/ho-so/<str:code>/bo-sung/", office.supplement, name="ask_supplement"),
    path("can-bo/ho-so/<str:code>/du-thao/", office.draft, name="draft"),
    path("can-bo/ho-so/<str:code>/giay-to/<int:number>/", office.paper, name="desk_paper"),
    path("can-bo/ho-so/<str:code>/ket-qua/", office.result, name="desk_result"),
    path("can-bo/ho-so/<str:code>/bieu-mau/<slug:kind>/", office.printed, name="printed"),
    path("can-bo/ho-so/<str:code>/<slug:action>/", office.act, name="act"),
]
