"""Addresses of the officer's desk, under ``/can-bo/``."""

from __future__ import annotations

from django.urls import path

from applications.views import (
    claiming,
    clock,
    consulting,
    duty,
    office,
    registry,
    saved_filters,
    shortcuts,
    signing,
)

urlpatterns = [
    path("can-bo/", office.inbox_page, name="inbox"),
    path("can-bo/bo-loc/", saved_filters.save, name="save_filter"),
    path("can-bo/bo-loc/<int:number>/<slug:action>/", saved_filters.change, name="change_filter"),
    path("can-bo/ke-tiep/", claiming.claim_next, name="claim_next"),
    path("can-bo/ho-so/<str:code>/giu/<slug:action>/", claiming.hold, name="hold"),
    path("can-bo/ky-so/", signing.desk, name="signing"),
    path("can-bo/ky-so/ky/", signing.sign, name="sign_many"),
    path("can-bo/ky-so/tra-lai/", signing.send_back, name="sign_not"),
    path("can-bo/luot/<str:key>/", signing.round_page, name="desk_round"),
    path("can-bo/van-thu/", registry.desk, name="registry"),
    path("can-bo/van-thu/phat-hanh/", registry.release, name="release_many"),
    path("can-bo/thu-xin-loi/", clock.letters_page, name="letters"),
    path("can-bo/cap-duoi/", clock.superior_page, name="superior"),
    path("can-bo/uy-quyen/", duty.delegations, name="delegations"),
    path("can-bo/uy-quyen/<int:number>/thu-hoi/", duty.revoke, name="revoke_delegation"),
    path("can-bo/nghi-phep/", duty.leave, name="leave"),
    path("can-bo/nghi-phep/<int:number>/bo/", duty.cancel_leave, name="cancel_leave"),
    path("can-bo/so-theo-doi/", office.register, name="register"),
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
