"""Addresses of the editor, all below ``/bien-tap/``."""

from __future__ import annotations

from django.urls import path

from procedures.editor import dictionary, form_parts, pages, questions, synonyms

FORM = "bien-tap/ban/<int:version>/bieu-mau/"
PAGE = f"{FORM}trang/<str:page>/"
QUESTION = f"{FORM}cau-hoi/<str:question>/"

urlpatterns = [
    path(FORM, pages.edit_form, name="edit_form"),
    path(f"{FORM}bat-dau/", pages.start_form, name="start_form"),
    path(f"{FORM}them-trang/", pages.add_page, name="add_page"),
    path(PAGE, pages.edit_page, name="edit_page"),
    path(f"{PAGE}chuyen/", pages.move_page, name="move_page"),
    path(f"{PAGE}bo/", pages.remove_page, name="remove_page"),
    path(f"{PAGE}tu-dien/", dictionary.choose_question, name="choose_question"),
    path(f"{PAGE}cau-rieng/", questions.own_question, name="own_question"),
    path(QUESTION, questions.edit_question, name="edit_question"),
    path(f"{QUESTION}chuyen/", questions.move_question, name="move_question"),
    path(f"{QUESTION}bo/", questions.remove_question, name="remove_question"),
    path("bien-tap/tu-ngu/", synonyms.synonyms, name="synonyms"),
    path("bien-tap/tu-ngu/them/", synonyms.synonym, name="synonym_new"),
    path("bien-tap/tu-ngu/<int:pk>/", synonyms.synonym, name="synonym"),
    path(f"{FORM}phan/<str:part>/", form_parts.edit_part, name="edit_part"),
]
