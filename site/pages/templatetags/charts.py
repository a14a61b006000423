"""`{% bar_chart chart %}` and `{% line_chart chart %}`: drawings of pages.charts as SVG, wide and small."""

from __future__ import annotations

from django import template

from pages.charts import BarChart, LineChart

register = template.Library()


@register.inclusion_tag("pages/charts/bars.html")
def bar_chart(chart: BarChart) -> dict:
    return {"chart": chart}


@register.inclusion_tag("pages/charts/lines.html")
def line_chart(chart: LineChart) -> dict:
    return {"chart": chart}
