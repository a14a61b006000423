"""The page at the site's root."""

from wagtail.models import Locale, Page, Site


def make_home() -> Page:
    Locale.objects.get_or_create(language_code="en-gb")  # by a migration of Wagtail's, but for --nomigrations
    root = Page.objects.filter(depth=1).first() or Page.add_root(instance=Page(title="Root", slug="root"))
    page = root.get_children().first() or root.add_child(instance=Page(title="Home", slug="home"))
    Site.objects.update_or_create(is_default_site=True, defaults={"hostname": "testserver", "root_page": page, "port": 80})
    return page
