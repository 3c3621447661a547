"""Addresses of the editor that need dossiers: the preview and the simulator, below ``/bien-tap/ban/``."""

from __future__ import annotations

from django.urls import path

from applications.views import simulating

urlpatterns = [
    path("bien-tap/ban/<int:version>/mo-phong/", simulating.simulate, name="simulate"),
]
