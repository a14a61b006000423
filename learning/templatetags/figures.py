"""How one figure stands in a table or a sentence."""

from __future__ import annotations

from django import template
from django.contrib.humanize.templatetags.humanize import intcomma
from django.utils.translation import gettext as _

from core.disclosure import Figure
from learning import cubes
from learning.statistics import Median

register = template.Library()


@register.filter
def shown(figure: Figure) -> str:
    """1,350, or <5, or hidden."""
    if figure.is_small:
        return f"<{cubes.rules().threshold}"
    return _("hidden") if figure.hidden else intcomma(figure.shown)


@register.filter
def percent(share: int | None) -> str:
    return "–" if share is None else f"{share}%"


@register.filter
def minutes(median: Median | None) -> str:
    """Half took this long or less."""
    if median is None:
        return "–"
    if median.upto is None:
        return _("over %(minutes)s min") % {"minutes": median.above}
    return _("%(minutes)s min") % {"minutes": median.upto}
