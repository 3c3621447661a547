"""``/api/v1/``. Every endpoint declares its access policy here, on the view function."""

from __future__ import annotations

from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView

from identity.access import public
from procedures.api import ProcedureDetail, ProcedureList

schema = SpectacularAPIView.as_view(authentication_classes=[], permission_classes=[])

urlpatterns = [
    path("schema/", public(schema), name="api_schema"),
    path("procedures/", public(ProcedureList.as_view()), name="api_procedures"),
    path("procedures/<str:code>/", public(ProcedureDetail.as_view()), name="api_procedure"),
    path("", include("exchange.urls")),
]
