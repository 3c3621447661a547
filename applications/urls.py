"""Addresses of dossiers: the citizen's, the public's, and (in office_urls) the officer's."""

from __future__ import annotations

from django.urls import path

from applications.editor_urls import urlpatterns as editor
from applications.office_urls import urlpatterns as office
from applications.views import (
    bundles,
    carriers,
    citizen,
    downloads,
    drafting,
    moving,
    public,
    starting,
    submitting,
    supplementing,
)

app_name = "applications"

urlpatterns = [
    path("thu-tuc/<str:code>/nop/", starting.start, name="start"),
    path("thu-tuc/<str:code>/dieu-kien/", starting.eligibility, name="eligibility"),
    path("ho-so/", citizen.mine, name="mine"),
    path("ho-so/<str:code>/", citizen.dossier, name="dossier"),
    path("ho-so/<str:code>/lam-tiep/", starting.resume, name="resume"),
    path("ho-so/<str:code>/dong-y/", starting.consent, name="consent"),
    path("ho-so/<str:code>/trang/<str:page>/", drafting.question_page, name="page"),
    path("ho-so/<str:code>/bao-sua/<str:question>/", drafting.correction, name="correction"),
    path("ho-so/<str:code>/kiem-tra/", submitting.check, name="check"),
    path("ho-so/<str:code>/to-khai/", submitting.statement, name="statement"),
    path("ho-so/<str:code>/da-nop/", submitting.submitted, name="submitted"),
    path("ho-so/<str:code>/ban-moi/", moving.move_draft, name="move_draft"),
    path("ho-so/<str:code>/xoa/", starting.discard, name="discard"),
    path("ho-so/<str:code>/bo-sung/", supplementing.supplement, name="supplement"),
    path("ho-so/<str:code>/rut/", citizen.withdraw, name="withdraw"),
    path("ho-so/<str:code>/ai-da-xem/", citizen.access_log, name="access_log"),
    path("ho-so/<str:code>/bieu-mau/<str:kind>/", downloads.printed_form, name="printed_form"),
    path("ho-so/<str:code>/giay-to/<int:number>/", downloads.paper, name="paper"),
    path("ho-so/<str:code>/ket-qua/", downloads.result, name="result"),
    path("ho-so/<str:code>/ket-qua/xem/", downloads.result_preview, name="result_preview"),
    path("lien-thong/<str:code>/", bundles.bundle, name="bundle"),
    path("lien-thong/<str:code>/rut/", bundles.withdraw, name="withdraw_bundle"),
    path("lien-thong/<str:code>/phan/<int:number>/<slug:action>/", bundles.part, name="bundle_part"),
    path("tra-cuu/", public.track, name="track"),
    path("xac-thuc/", public.verify, name="verify"),
    path("xac-thuc/<str:code>/", public.verify_code, name="verify_code"),
    path("api/v1/post/<slug:carrier>/notify", carriers.notify, name="carrier_notify"),
    path("dia-chi/xa-phuong/", public.communes, name="communes"),
    *office,
    *editor,
]
