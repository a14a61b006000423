"""The kit's template tags. site/pages/README.md shows each with its use."""

from __future__ import annotations

import datetime

from django import forms, template
from django.template.loader import render_to_string
from django.utils import formats, timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from core import money
from pages import forms as page_forms
from pages.pictures import ICONS

register = template.Library()

NOON = 12
HOME = 2  # the depth of a site's front page
TINTS = {"blush": "info", "honey": "info", "mint": "tick", "mist": "beside", "rose": "alert"}


@register.simple_tag
def icon(name: str) -> SafeString:
    """A 24-pixel sign. It says nothing by itself: a word stands beside it."""
    svg = '<svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">{}</svg>'
    return format_html(svg, mark_safe(ICONS[name]))


@register.filter
def pounds(value) -> str:
    """An amount as people read it: £1,234.50."""
    return money.text(value)


@register.filter
def clock(value: datetime.datetime) -> str:
    """A time of day in London as people say it: 5.30 pm, 8 pm."""
    at = timezone.localtime(value)
    part = _("am") if at.hour < NOON else _("pm")
    return f"{formats.date_format(at, 'g.i' if at.minute else 'g')} {part}"


@register.simple_block_tag(takes_context=False)
def note(content: str, tint: str = "blush", *, title: str = "", sign: str = "", level: int = 2, role: str = "") -> SafeString:
    """A coloured note with a sign: blush (aside), honey (mind this), mint (done), mist (feedback), rose (problem)."""
    context = {"content": content, "tint": tint, "title": title, "sign": sign or TINTS[tint], "level": level, "role": role}
    return render_to_string("pages/includes/note.html", context)


@register.inclusion_tag("pages/includes/tag.html")
def tag(text: str, meaning: str = "") -> dict:
    """A short state. Meanings: done, wait, stop, rest; none is neutral."""
    return {"text": text, "meaning": meaning}


@register.inclusion_tag("pages/includes/error_summary.html")
def error_summary(*given) -> dict:
    """“There is a problem”, with a link to each field. Takes any number of forms; stands above the heading."""
    dressed = [page_forms.dress(form) for form in given if isinstance(form, forms.BaseForm) and form.is_bound]
    return {"mistakes": [mistake for form in dressed for mistake in page_forms.mistakes(form)]}


@register.simple_tag
def fields(form: forms.BaseForm) -> SafeString:
    """All fields of any form in our markup, without the form element."""
    return page_forms.dress(form).render()


@register.simple_tag
def field(bound: forms.BoundField) -> SafeString:
    """One field of any form, with its label, hint and errors."""
    return page_forms.dress(bound.form)[bound.name].as_field_group()


@register.inclusion_tag("pages/includes/breadcrumbs.html", takes_context=True)
def breadcrumbs(context, page) -> dict:
    """The way from home to a Wagtail page. No query on the first level, one below it."""
    if page.depth <= HOME:
        return {"crumbs": []}
    above = page.get_ancestors().filter(depth__gt=HOME) if page.depth > HOME + 1 else []
    return {"crumbs": [(_("Home"), "/"), *((ancestor.title, ancestor.get_url(context.get("request"))) for ancestor in above)]}


@register.inclusion_tag("pages/includes/summary_list.html")
def summary_list(rows, title: str = "", level: int = 2) -> dict:
    """Rows of {key, value, href?, change?}: what is known, and where to change it."""
    return {"rows": rows, "title": title, "level": level}


@register.inclusion_tag("pages/includes/task_list.html")
def task_list(tasks) -> dict:
    """Rows of {title, href?, hint?, status, meaning?}."""
    return {"tasks": tasks}


@register.inclusion_tag("pages/includes/pager.html", takes_context=True)
def pager(context, page_obj) -> dict:
    """Earlier and later pages of a list; keeps the rest of the query."""
    query = context["request"].GET.copy()
    query.pop("page", None)
    return {"page_obj": page_obj, "query": f"{query.urlencode()}&" if query else ""}


@register.inclusion_tag("pages/includes/nav_item.html", takes_context=True)
def nav_item(context, url: str, title: str, below: bool = False) -> dict:
    """A link of the main navigation, marked when the reader is on it, or on a page of the site below it.

    `below`: also on screens below it that are no pages of the site.
    """
    path = getattr(context.get("request"), "path", "")
    is_below = bool(below or context.get("page")) and path.startswith(url)
    return {"url": url, "title": title, "current": "page" if path == url else "true" if is_below else ""}
