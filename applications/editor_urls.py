"""Addresses of the editor that need dossiers: the preview and the simulator, below ``/bien-tap/ban/``."""

from __future__ import annotations

from django.urls import path

from applications.views import previewing, simulating

urlpatterns = [
    path("bien-tap/ban/<int:version>/xem-truoc/", previewing.preview, name="preview"),
    path("bien-tap/ban/<int:version>/xem-truoc/trang/", previewing.preview_page, name="preview_page"),
    path("bien-tap/ban/<int:version>/mo-phong/", simulating.simulate, name="simulate"),
]
