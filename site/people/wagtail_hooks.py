"""In the editor: organisations and staff groups for administrators. People and roles have no side door here."""

from __future__ import annotations

from django.contrib.auth.models import Group
from wagtail.permission_policies import BasePermissionPolicy
from wagtail.permissions import register_permission_policy
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet

from people.models import Organisation, StaffGroup, User


class Closed(BasePermissionPolicy):
    """Nobody, superusers included: names, roles and accounts change through their own acts, which are audited."""

    def users_with_any_permission(self, actions):
        return User.objects.none()

    def user_has_permission(self, user, action) -> bool:
        return False

    def user_has_permission_for_instance(self, user, action, instance) -> bool:
        return False


for model in [User, Group]:
    register_permission_policy(model, Closed(model))


@register_snippet
class OrganisationViewSet(SnippetViewSet):
    model = Organisation
    icon = "home"
    list_display = ["name", "kind", "ods_code", "district"]
    list_filter = ["kind", "district"]
    search_fields = ["name", "ods_code"]
    add_to_settings_menu = True


@register_snippet
class StaffGroupViewSet(SnippetViewSet):
    model = StaffGroup
    icon = "group"
    list_display = ["name", "esr_name", "position"]
    add_to_settings_menu = True
