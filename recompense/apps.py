from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RecompenseConfig(AppConfig):
    name = "recompense"
    verbose_name = _("Recompense")
