"""``/api/v1/``. Every endpoint declares its access policy here, on the view function."""

from __future__ import annotations

from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView

from identity.access import public
from procedures import api

schema = SpectacularAPIView.as_view(authentication_classes=[], permission_classes=[])

urlpatterns = [
    path("schema/", public(schema), name="api_schema"),
    path("catalogue/", public(api.Catalogue.as_view()), name="api_catalogue"),
    path("life-events/", public(api.LifeEventList.as_view()), name="api_life_events"),
    path("life-events/<str:key>/", public(api.LifeEventDetail.as_view()), name="api_life_event"),
    path("procedures/", public(api.ProcedureList.as_view()), name="api_procedures"),
    path("procedures/<str:code>/", public(api.ProcedureDetail.as_view()), name="api_procedure"),
    path("procedures/<str:code>/diff/", public(api.VersionDiff.as_view()), name="api_diff"),
    path("procedures/<str:code>/offerings/", public(api.OfferingList.as_view()), name="api_offerings"),
    path("procedures/<str:code>/versions/", public(api.VersionList.as_view()), name="api_versions"),
    path(
        "procedures/<str:code>/versions/<str:number>/",
        public(api.VersionDetail.as_view()),
        name="api_version",
    ),
    path(
        "procedures/<str:code>/versions/<str:number>/form-schema/",
        public(api.FormSchema.as_view()),
        name="api_form_schema",
    ),
    path("", include("exchange.urls")),
]
