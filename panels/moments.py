"""Days and times as people say them, in Europe/London: “noon on Friday 15 January 2027”."""

from __future__ import annotations

import datetime

from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

NOON, MIDNIGHT = datetime.time(12), datetime.time(0)


def day(moment: datetime.date) -> str:
    """“Friday 15 January 2027”. Takes a day or a moment."""
    local = timezone.localtime(moment) if isinstance(moment, datetime.datetime) else moment
    return formats.date_format(local, "l j F Y")


def time(moment: datetime.datetime) -> str:
    """“5.30 pm”, “8 pm”, “noon”."""
    local = timezone.localtime(moment)
    if local.time() == NOON:
        return _("noon")
    shown = f"{local.hour % 12 or 12}" + (f".{local.minute:02}" if local.minute else "")
    return (_("%(time)s am") if local.hour < 12 else _("%(time)s pm")) % {"time": shown}


def at(moment: datetime.datetime) -> str:
    """“noon on Friday 15 January 2027”. Midnight is said as the end of the day before: nobody knows which day it belongs to."""
    if timezone.localtime(moment).time() == MIDNIGHT:
        return _("the end of %(day)s") % {"day": day(moment - datetime.timedelta(minutes=1))}
    return _("%(time)s on %(day)s") % {"time": time(moment), "day": day(moment)}


def left(moment: datetime.datetime) -> str:
    """How long something stays open: “closes today”, “closes tomorrow”, “23 days left”."""
    last = timezone.localtime(moment - datetime.timedelta(seconds=1)).date()  # midnight ends the day before
    days = (last - timezone.localdate()).days
    if days <= 1:
        return _("closes tomorrow") if days == 1 else _("closes today")
    return ngettext("%(days)s day left", "%(days)s days left", days) % {"days": days}


def end_of(last: datetime.date) -> datetime.datetime:
    """The midnight with which a day ends."""
    return timezone.make_aware(datetime.datetime.combine(last + datetime.timedelta(days=1), MIDNIGHT))


def brief(moment: datetime.datetime) -> str:
    """“9 March 2027, 5.30 pm” for a narrow place: the time stays on one line."""
    parts = {"day": formats.date_format(timezone.localtime(moment), "j F Y"), "time": time(moment).replace(" ", "\u00a0")}
    return _("%(day)s, %(time)s") % parts


def hours(begins: datetime.datetime, ends: datetime.datetime) -> str:
    """“5.30 pm to 8 pm”."""
    return _("%(begins)s to %(ends)s") % {"begins": time(begins), "ends": time(ends)}
