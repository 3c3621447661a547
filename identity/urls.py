from __future__ import annotations

from django.urls import path

from identity.views import citizen, officer

app_name = "identity"

urlpatterns = [
    path("dang-nhap/", citizen.sign_in, name="sign_in"),
    path("dang-nhap/eid/", citizen.eid_start, name="eid_start"),
    path("dang-nhap/eid/xong/", citizen.eid_callback, name="eid_callback"),
    path("dang-nhap/muc-1/", citizen.level_1, name="level_1"),
    path("dang-xuat/", citizen.sign_out, name="sign_out"),
    path("dai-dien/", citizen.choose_acting_for, name="acting_for"),
    path("ai-da-xem/", citizen.data_accesses, name="data_accesses"),
    path("can-bo/dang-nhap/", officer.sign_in, name="officer_sign_in"),
    path("can-bo/dang-nhap/xac-thuc/", officer.second_factor, name="officer_second_factor"),
    path("can-bo/dang-xuat/", officer.sign_out, name="officer_sign_out"),
    path("can-bo/ma-trinh-dien/", officer.demo_codes, name="demo_codes"),
]
