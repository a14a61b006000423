"""Tables and seven pages."""

import django
from django.core.management import call_command

django.setup()
call_command("migrate", verbosity=0, interactive=False)

from wagtail.models import Page, Site  # noqa: E402

from bare.models import BarePage  # noqa: E402

SENTENCE = "A sentence of a usual length, with <b>something</b> that stands out and a <i>word</i> that leans. "
BODY = [
    ("heading", "A heading"),
    ("text", f"<p>{SENTENCE * 3}</p>"),
    ("note", "Something to remember."),
    ("note", "A second thing to remember."),
] * 4

root = Page.get_first_root_node()
home = root.add_child(instance=BarePage(title="Bare", slug="bare", body=BODY))
Site.objects.update_or_create(is_default_site=True, defaults={"hostname": "127.0.0.1", "root_page": home})
for number in range(6):
    home.add_child(instance=BarePage(title=f"Page {number}", slug=f"page-{number}", body=BODY, show_in_menus=True))
