"""The editor's own dress, and what it hides because nobody here uses it."""

from django.templatetags.static import static
from django.utils.html import format_html
from wagtail import hooks

UNUSED_MENUS = {"help", "reports", "whats-new"}


@hooks.register("insert_global_admin_css")
def dress() -> str:
    return format_html('<link rel="stylesheet" href="{}">', static("website/editor.css"))


@hooks.register("construct_main_menu")
def hide_unused(request, menu_items) -> None:
    menu_items[:] = [item for item in menu_items if item.name not in UNUSED_MENUS]
