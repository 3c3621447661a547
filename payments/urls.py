from __future__ import annotations

from django.conf import settings
from django.urls import path

from payments import refund_pages, views
from payments.gateways import demo_pages

app_name = "payments"

urlpatterns = [
    path("ho-so/<str:code>/thanh-toan/", views.pay, name="pay"),
    path("ho-so/<str:code>/thanh-toan/kiem-tra/", views.check, name="check"),
    path("thanh-toan/", views.mine, name="mine"),
    path("thanh-toan/bien-lai/<str:number>/", views.receipt, name="receipt"),
    path("can-bo/quay/<str:code>/thu-phi/", views.pay_at_counter, name="pay_at_counter"),
    path("can-bo/doi-soat/", views.reconciliation, name="reconciliation"),
    path("can-bo/doi-soat/khoan-lech/<int:pk>/", views.resolve_break, name="resolve"),
    path("can-bo/doi-soat/dong-ngay/<int:pk>/", views.close, name="close"),
    path("can-bo/hoan-tien/", refund_pages.refunds, name="refunds"),
    path("can-bo/hoan-tien/<int:pk>/<slug:action>/", refund_pages.act, name="refund_act"),
    path("api/v1/payments/<slug:gateway>/notify", views.notify, name="notify"),
]
if settings.DEMO:
    urlpatterns.append(
        path("cong-thanh-toan-demo/<str:provider_id>/", demo_pages.customer, name="demo_gateway")
    )
