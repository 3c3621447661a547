from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ApplicationsConfig(AppConfig):
    name = "applications"
    verbose_name = _("Hồ sơ")

    def ready(self) -> None:
        from applications import actors
        from identity import access

        access.lend(actors.lent_roles)
