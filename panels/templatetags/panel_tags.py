"""Days and times as people say them."""

from __future__ import annotations

from django import template

from panels import moments

register = template.Library()

register.filter("day", moments.day)
register.filter("moment", moments.at)
register.simple_tag(moments.span, name="span")
