"""Addresses of the officer's desk, under ``/can-bo/``."""

from __future__ import annotations

from django.urls import path

from applications.views import clock, office

urlpatterns = [
    path("can-bo/", office.inbox_page, name="inbox"),
    path("can-bo/ky-so/", office.signing_page, name="signing"),
    path("can-bo/thu-xin-loi/", clock.letters_page, name="letters"),
    path("can-bo/cap-duoi/", clock.superior_page, name="superior"),
    path("can-bo/so-theo-doi/", office.register, name="register"),
    path("can-bo/ho-so/<str:code>/", office.workspace_page, name="workspace"),
    path("can-bo/ho-so/<str:code>/bo-sung/", office.supplement, name="ask_supplement"),
    path("can-bo/ho-so/<str:code>/thoi-han/", clock.clock_page, name="clock"),
    path("can-bo/ho-so/<str:code>/du-thao/", office.draft, name="draft"),
    path("can-bo/ho-so/<str:code>/giay-to/<int:number>/", office.paper, name="desk_paper"),
    path("can-bo/ho-so/<str:code>/ket-qua/", office.result, name="desk_result"),
    path("can-bo/ho-so/<str:code>/bieu-mau/<slug:kind>/", office.printed, name="printed"),
    path("can-bo/ho-so/<str:code>/<slug:action>/", office.act, name="act"),
]
