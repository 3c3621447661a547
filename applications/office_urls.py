"""Addresses of the officer's desk, under ``/can-bo/``."""

from __future__ import annotations

from django.urls import path

from applications.views import claiming, clock, consulting, exporting, load, office, saved_filters, shortcuts

urlpatterns = [
    path("can-bo/", office.inbox_page, name="inbox"),
    path("can-bo/bo-loc/", saved_filters.save, name="save_filter"),
    path("can-bo/bo-loc/<int:number>/<slug:action>/", saved_filters.change, name="change_filter"),
    path("can-bo/ke-tiep/", claiming.claim_next, name="claim_next"),
    path("can-bo/ho-so/<str:code>/giu/<slug:action>/", claiming.hold, name="hold"),
    path("can-bo/ky-so/", office.signing_page, name="signing"),
    path("can-bo/thu-xin-loi/", clock.letters_page, name="letters"),
    path("can-bo/cap-duoi/", clock.superior_page, name="superior"),
    path("can-bo/so-theo-doi/", office.register, name="register"),
    path("can-bo/tai-viec/", load.load_page, name="load"),
    path("can-bo/tep-xuat/", exporting.exports, name="exports"),
    path("can-bo/tep-xuat/<int:number>/", exporting.fetch, name="export"),
    path("can-bo/phim-tat/", shortcuts.shortcuts, name="shortcuts"),
    path("can-bo/lay-y-kien/", consulting.listed, name="consultations"),
    path("can-bo/lay-y-kien/<str:key>/", consulting.answer, name="consultation"),
    path("can-bo/lay-y-kien/<str:key>/giay-to/<int:number>/", consulting.shared_paper, name="shared_paper"),
    path("can-bo/ho-so/<str:code>/lay-y-kien/", consulting.ask, name="consult"),
    path("can-bo/ho-so/<str:code>/", office.workspace_page, name="workspace"),
    path("can-bo/ho-so/<str:code>/bo-sung/", office.supplement, name="ask_supplement"),
    path("can-bo/ho-so/<str:code>/thoi-han/", clock.clock_page, name="clock"),
    path("can-bo/ho-so/<str:code>/du-thao/", office.draft, name="draft"),
    path("can-bo/ho-so/<str:code>/giay-to/<int:number>/", office.paper, name="desk_paper"),
    path("can-bo/ho-so/<str:code>/ket-qua/", office.result, name="desk_result"),
    path("can-bo/ho-so/<str:code>/bieu-mau/<slug:kind>/", office.printed, name="printed"),
    path("can-bo/ho-so/<str:code>/<slug:action>/", office.act, name="act"),
]
