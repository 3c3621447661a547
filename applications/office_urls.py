"""Addresses of the officer's desk, under ``/can-bo/``."""

from __future__ import annotations

from django.urls import path

from applications.views import (
    claiming,
    clock,
    consulting,
    counter,
    handing_over,
    office,
    saved_filters,
    shortcuts,
)

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
    path("can-bo/phim-tat/", shortcuts.shortcuts, name="shortcuts"),
    path("can-bo/lay-y-kien/", consulting.listed, name="consultations"),
    path("can-bo/lay-y-kien/<str:key>/", consulting.answer, name="consultation"),
    path("can-bo/lay-y-kien/<str:key>/giay-to/<int:number>/", consulting.shared_paper, name="shared_paper"),
    path("can-bo/quay/", counter.home, name="counter"),
    path("can-bo/quay/<str:code>/lam-tiep/", counter.resume, name="counter_resume"),
    path("can-bo/quay/<str:code>/dong-y/", counter.consent, name="counter_consent"),
    path("can-bo/quay/<str:code>/trang/<str:page>/", counter.question_page, name="counter_page"),
    path("can-bo/quay/<str:code>/bao-sua/<str:question>/", counter.correction, name="counter_correction"),
    path("can-bo/quay/<str:code>/kiem-tra/", counter.check, name="counter_check"),
    path("can-bo/quay/<str:code>/to-khai/", counter.statement, name="counter_statement"),
    path("can-bo/quay/<str:code>/giay-to/<int:number>/", counter.paper, name="counter_paper"),
    path("can-bo/quay/<str:code>/ban-moi/", counter.move_draft, name="counter_move_draft"),
    path("can-bo/quay/<str:code>/xoa/", counter.discard, name="counter_discard"),
    path("can-bo/quay/<str:code>/da-nop/", counter.filed, name="counter_filed"),
    path("can-bo/tra-ket-qua/", handing_over.waiting, name="results_waiting"),
    path("can-bo/tra-ket-qua/<str:code>/", handing_over.hand_over, name="hand_over"),
    path("can-bo/tra-ket-qua/<str:code>/<slug:action>/", handing_over.post, name="post_result"),
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
