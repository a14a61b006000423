"""What learning adds to Wagtail: versions of published modules, whoever or whatever published them; nothing learned is lost;
the way to the credentials of the record store.
"""

from django.contrib import messages
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.models import Page
from wagtail.signals import page_published, page_unpublished

from learning import courses
from learning.models import ModulePage


def number_version(sender, instance, **kwargs) -> None:
    courses.number_version(instance)


def settle_course(sender, instance, **kwargs) -> None:
    courses.settle.enqueue(instance.course.pk)


page_published.connect(number_version, sender=ModulePage)
page_unpublished.connect(settle_course, sender=ModulePage)


@hooks.register("before_delete_page")
def keep_what_is_in_use(request, page):
    if courses.is_in_use(page):
        return _refuse(request, page)


@hooks.register("before_bulk_action")
def keep_all_that_are_in_use(request, action_type, objects, action):
    pages = objects if action_type == "delete" and action.models == [Page] else []
    used = next((page for page in pages if courses.is_in_use(page)), None)
    if used:
        return _refuse(request, used)


def _refuse(request, page):
    """The database would refuse as well, with a fault in place of an answer."""
    message = _("People have learned from “%(title)s”, so it cannot be deleted. Unpublish it instead.")
    messages.error(request, message % {"title": page.get_admin_display_title()})
    return redirect("wagtailadmin_explore", page.get_parent().pk)


class CredentialsItem(MenuItem):
    def is_shown(self, request) -> bool:
        return request.user.has_perm("learning.manage_credentials")


@hooks.register("register_settings_menu_item")
def credentials() -> MenuItem:
    return CredentialsItem(gettext_lazy("Record store credentials"), reverse("learning:credentials"), icon_name="key", order=910)
