"""In the editor: the list of panels for administrators, and the way to the page that says who runs which."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet

from panels.models import Panel


@register_snippet
class PanelViewSet(SnippetViewSet):
    model = Panel
    icon = "group"
    list_display = ["name", "seats", "facilitator"]
    list_filter = ["facilitator"]
    search_fields = ["name"]
    add_to_settings_menu = True


class CoordinatorsItem(MenuItem):
    def is_shown(self, request) -> bool:
        return request.user.has_perm("panels.assign_coordinators")


@hooks.register("register_settings_menu_item")
def coordinators() -> MenuItem:
    return CoordinatorsItem(_("Who runs which panel"), reverse("panels:coordinators"), icon_name="key", order=900)
