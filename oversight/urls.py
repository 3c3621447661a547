from __future__ import annotations

from django.urls import path

from oversight import views

app_name = "oversight"

urlpatterns = [
    path("thong-ke/", views.statistics, name="statistics"),
    path("thong-ke/so-lieu.csv", views.statistics_csv, name="statistics_csv"),
    path("thong-ke/so-lieu.json", views.statistics_json, name="statistics_json"),
    path("phan-anh/", views.feedback, name="feedback"),
    path("phan-anh/cam-on/", views.thanks, name="thanks"),
]
