from __future__ import annotations

from django.urls import include, path

from procedures import history, views

app_name = "procedures"
urlpatterns = [
    path("thu-tuc/", views.find, name="search"),
    path("thu-tuc/thay-doi.atom", history.feed, name="feed"),
    path("thu-tuc/<str:code>/", views.detail, name="detail"),
    path("thu-tuc/<str:code>/thay-doi/", history.changes, name="changes"),
    path("thu-tuc/<str:code>/so-sanh/", history.compare_published, name="compare_published"),
    path("thu-tuc/<str:code>/ban/<int:number>/", history.version_page, name="version"),
    path("", include("procedures.editor.urls")),
    path("", include("procedures.editor.office_urls")),
]
