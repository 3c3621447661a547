from __future__ import annotations

from django.urls import path

from portal import views

app_name = "portal"
urlpatterns = [
    path("", views.home, name="home"),
    path("gioi-thieu/", views.about, name="about"),
    path("ho-tro/", views.help_page, name="help"),
    path("hien-thi/", views.display, name="display"),
    path("kha-nang-tiep-can/", views.accessibility, name="accessibility"),
    path("quyen-rieng-tu/", views.privacy, name="privacy"),
    path("cookie/", views.cookies, name="cookies"),
    path("nhan-biet/", views.recognise, name="recognise"),
    path("ngon-ngu/", views.set_language, name="set_language"),
    path("healthz", views.health, name="health"),
    path("readyz", views.ready, name="ready"),
    path("metrics", views.metrics, name="metrics"),
]
