from __future__ import annotations

from django.urls import path

from procedures import editor_synonyms, views

app_name = "procedures"
urlpatterns = [
    path("thu-tuc/", views.find, name="search"),
    path("thu-tuc/<str:code>/", views.detail, name="detail"),
    path("bien-tap/tu-ngu/", editor_synonyms.synonyms, name="synonyms"),
    path("bien-tap/tu-ngu/them/", editor_synonyms.synonym, name="synonym_new"),
    path("bien-tap/tu-ngu/<int:pk>/", editor_synonyms.synonym, name="synonym"),
]
