"""The figures of learning, as on the page for statistics officers: rounded, and small numbers hidden."""

from __future__ import annotations

from django.conf import settings
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import exceptions, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api import schema
from api.endpoints import Endpoint
from api.permissions import InScope, holds
from core.disclosure import Figure
from learning import cubes, statistics
from learning.periods import Period
from learning.statistics import Median, Row, Summary

PERMISSION = "learning.view_statistics"
BY = ("module", "organisation", "staff_group", "month")
COURSE = "1c6f0d1e-7a43-4a8e-9c0b-5b0f0a6c2d11"
ROWS: list[dict] = [
    {
        "key": "0b9f2c5e-6f0b-4a55-9a4b-0d9a1f0f6a11",
        "name": "Example Hospital Trust",
        "registrations": {"value": 120, "hidden": None},
        "starts": {"value": 105, "hidden": None},
        "completions": {"value": 80, "hidden": None},
        "share": 76,
        "median_minutes": {"above": 70, "up_to": 75},
    },
    {
        "key": "5a7d1f3c-2b1e-4c58-8f5a-7e3b9c1d2e44",
        "name": "Example Hospice",
        "registrations": {"value": 10, "hidden": None},
        "starts": {"value": None, "hidden": "protects"},
        "completions": {"value": None, "hidden": "small"},
        "share": None,
        "median_minutes": None,
    },
]
EXAMPLE = {
    "course": {"key": COURSE, "title": "LGBTQ+ inclusive cancer care"},
    "module": None,
    "period": {"code": "last-12-months", "first_month": "2025-12", "last_month": "2026-11"},
    "by": "organisation",
    "organisation": None,
    "staff_group": None,
    "total": {**ROWS[0], "key": "", "name": "All", "registrations": {"value": 130, "hidden": None}},
    "rows": ROWS,
}


# Questions ---------------------------------------------------------------------------------------


class QuestionSerializer(serializers.Serializer):
    course = serializers.UUIDField(help_text="The key of a course: the UUID in its activity's IRI.")
    by = serializers.ChoiceField(BY, help_text="What the rows are.")
    module = serializers.UUIDField(required=False, help_text="The key of one of its modules. Left out: the whole course.")
    organisation = serializers.UUIDField(required=False, help_text="The key of an organisation. Left out: all.")
    staff_group = serializers.IntegerField(required=False, min_value=1, help_text="The id of a staff group. Left out: all.")
    period = serializers.CharField(
        required=False,
        max_length=20,
        default="last-12-months",
        help_text="last-3-months, last-12-months, all, or a financial year such as 2026-27. There are no others.",
    )

    def validate(self, attrs: dict) -> dict:
        offered: statistics.Offer = self.context["offered"]
        courses, modules = ({row.activity: row for row in rows} for rows in (offered.courses, offered.modules))
        organisations = {row.key: row for row in offered.organisations.values()}
        course = _among(courses, attrs, "course", _("There is no such course."))
        module = _among(modules, attrs, "module", _("There is no such module."))
        if module and not module.is_child_of(course):
            raise serializers.ValidationError(
                {"module": [exceptions.ErrorDetail(_("It is not of this course."), code="unknown")]}
            )
        question = statistics.Question(
            course=course,
            module=module,
            period=_among({row.code: row for row in offered.periods}, attrs, "period", _("There is no such period.")),
            organisation=_among(organisations, attrs, "organisation", _("There is no such organisation.")),
            staff_group=_among(offered.staff_groups, attrs, "staff_group", _("There is no such staff group.")),
        )
        _refuse_crossed(attrs)
        return {"by": attrs["by"], "question": question}


def _among(rows: dict, attrs: dict, name: str, message: str):
    if name not in attrs:
        return None
    if attrs[name] not in rows:
        raise serializers.ValidationError({name: [exceptions.ErrorDetail(message, code="unknown")]})
    return rows[attrs[name]]


def _refuse_crossed(attrs: dict) -> None:
    """Rows of what is already chosen, or months of two choices at once, do not exist."""
    crossed = {"organisation", "staff_group"} <= attrs.keys() and attrs["by"] == "month"
    if attrs["by"] in attrs or crossed:
        message = _("Ask for rows by something that is not chosen; for one organisation and staff group there are no months.")
        raise serializers.ValidationError({"by": [exceptions.ErrorDetail(message, code="crossed")]})


# Answers -----------------------------------------------------------------------------------------


class FigureSerializer(serializers.Serializer):
    value = serializers.IntegerField(allow_null=True, help_text="Rounded. Null: hidden.")
    hidden = serializers.ChoiceField(
        ["small", "protects"],
        allow_null=True,
        help_text=f"small: fewer than {settings.DISCLOSURE_THRESHOLD}. protects: hidden so that another cannot be worked out.",
    )


class MedianSerializer(serializers.Serializer):
    above = serializers.IntegerField(help_text="Minutes: the lower end of the band of five in which the median falls.")
    up_to = serializers.IntegerField(
        allow_null=True, help_text="Its upper end: half took this long or less. Null: two hours or more."
    )


class RowSerializer(serializers.Serializer):
    key = serializers.CharField(help_text="The key of the module or organisation, the id of the staff group, or the month.")
    name = serializers.CharField()
    registrations = FigureSerializer()
    starts = FigureSerializer()
    completions = FigureSerializer()
    share = serializers.IntegerField(
        allow_null=True,
        help_text=f"Completions per cent of starts, both rounded. Null: a base under {settings.DISCLOSURE_SHARE_BASE}.",
    )
    median_minutes = MedianSerializer(allow_null=True)


class PageSerializer(serializers.Serializer):
    key = serializers.UUIDField()
    title = serializers.CharField()


class PeriodSerializer(serializers.Serializer):
    code = serializers.CharField()
    first_month = serializers.CharField(allow_null=True, help_text="Null: from the beginning.")
    last_month = serializers.CharField(help_text="So far, if it is the present one.")


class CompletionsSerializer(serializers.Serializer):
    course = PageSerializer()
    module = PageSerializer(allow_null=True)
    period = PeriodSerializer()
    by = serializers.ChoiceField(BY)
    organisation = serializers.UUIDField(allow_null=True)
    staff_group = serializers.IntegerField(allow_null=True)
    total = RowSerializer()
    rows = RowSerializer(many=True)


class Completions(Endpoint):
    """Registrations, starts and completions of a course. For statistics officers; others are answered 404."""

    permission_classes = (InScope, holds(PERMISSION))
    required_scopes = {"GET": "statistics/read"}

    def known_parameters(self) -> set[str]:
        return set(QuestionSerializer().fields)

    @extend_schema(
        operation_id="statistics_completions",
        summary="Completions of a course",
        tags=["statistics"],
        parameters=[QuestionSerializer],
        responses={200: CompletionsSerializer, **schema.problems(400, 401, 403, 404, 429)},
        examples=[OpenApiExample("By organisation", value=EXAMPLE, response_only=True, status_codes=["200"])],
    )
    def get(self, request: Request) -> Response:
        offered = statistics.offer()
        asked = QuestionSerializer(data=request.query_params, context={"offered": offered})
        asked.is_valid(raise_exception=True)
        by = asked.validated_data["by"]
        return Response(answer(statistics.summary(offered, asked.validated_data["question"]), by))


def answer(summary: Summary, by: str) -> dict:
    question = summary.question
    return {
        "course": {"key": str(question.course.activity), "title": question.course.title},
        "module": {"key": str(question.module.activity), "title": question.module.title} if question.module else None,
        "period": _period(question.period),
        "by": by,
        "organisation": str(question.organisation.key) if question.organisation else None,
        "staff_group": question.staff_group.pk if question.staff_group else None,
        "total": _row(summary.total),
        "rows": [_row(row) for row in getattr(summary, f"by_{by}")],
    }


def _period(period: Period) -> dict:
    first = f"{period.first:%Y-%m}" if period.first else None
    return {"code": period.code, "first_month": first, "last_month": f"{period.last:%Y-%m}"}


def _row(row: Row) -> dict:
    counts = {name: _figure(getattr(row, name)) for name in cubes.MEASURES}
    return {"key": row.key, "name": row.name, **counts, "share": row.share, "median_minutes": _median(row.median)}


def _figure(figure: Figure) -> dict:
    return {"value": figure.shown, "hidden": figure.hidden or None}


def _median(median: Median | None) -> dict | None:
    return {"above": median.above, "up_to": median.upto} if median else None
