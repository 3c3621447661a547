from __future__ import annotations

from django.urls import include, path

from procedures import views

app_name = "procedures"
urlpatterns = [
    path("thu-tuc/", views.find, name="search"),
    path("thu-tuc/<str:code>/", views.detail, name="detail"),
    path("", include("procedures.editor.urls")),
]
