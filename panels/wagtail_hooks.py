"""In the editor: lists for administrators, the way to the page that says who runs which panel, and no side door to stories.

A story grants nothing to anybody there (`StoryPage.permissions_for_user`), so what is done to it alone is refused by
Wagtail itself. What is done to a page above it would take it along: that is refused here.
"""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.models import Page
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet

from panels.models import Panel, StoryPage, Theme


@register_snippet
class PanelViewSet(SnippetViewSet):
    model = Panel
    icon = "group"
    list_display = ["name", "seats", "facilitator"]
    list_filter = ["facilitator"]
    search_fields = ["name"]
    add_to_settings_menu = True


@register_snippet
class ThemeViewSet(SnippetViewSet):
    model = Theme
    icon = "tag"
    list_display = ["name", "slug", "position"]
    add_to_settings_menu = True


class CoordinatorsItem(MenuItem):
    def is_shown(self, request) -> bool:
        return request.user.has_perm("panels.assign_coordinators")


@hooks.register("register_settings_menu_item")
def coordinators() -> MenuItem:
    return CoordinatorsItem(_("Who runs which panel"), reverse("panels:coordinators"), icon_name="key", order=900)


# Stories ------------------------------------------------------------------------------------------

KEPT_BY_MODERATORS = _("Stories are kept by moderators, at their own desk. Nothing was done.")


@hooks.register("before_delete_page")
@hooks.register("before_unpublish_page")
def leave_stories(request: HttpRequest, page: Page) -> HttpResponse | None:
    """Neither a page that holds stories: those who told them were promised how long they stand."""
    return _to_their_keepers(request) if _holds_stories([page]) else None


@hooks.register("before_copy_page")
def copy_no_story(request: HttpRequest, page: Page) -> HttpResponse | None:
    return _to_their_keepers(request) if request.POST.get("copy_subpages") and _holds_stories([page]) else None


@hooks.register("before_bulk_action")
def leave_stories_in_bulk(request: HttpRequest, action_type: str, objects: list, action) -> HttpResponse | None:
    is_theirs = action.models == [Page] and _holds_stories(objects, itself=action_type == "move")
    return _to_their_keepers(request) if is_theirs else None


def _holds_stories(pages: list[Page], *, itself: bool = False) -> bool:
    """Whether one of them is a story or, but for `itself`, has one below."""
    keys = [page.pk for page in pages]
    return StoryPage.objects.filter(pk__in=keys).exists() or (
        not itself and any(StoryPage.objects.descendant_of(page).exists() for page in pages)
    )


def _to_their_keepers(request: HttpRequest) -> HttpResponse:
    messages.warning(request, KEPT_BY_MODERATORS)
    is_moderator = request.user.has_perm("panels.moderate_experiences")
    return redirect("panels:moderate" if is_moderator else "wagtailadmin_home")
