"""What JSON calls text is text, at every depth; what is missing or empty is left to each field."""

import pytest
from rest_framework import exceptions, serializers

from api import kinds


class InnerSerializer(serializers.Serializer):
    text = serializers.CharField()
    minutes = serializers.IntegerField(required=False)


class FormSerializer(serializers.Serializer):
    reason = serializers.CharField(allow_null=True)
    count = serializers.IntegerField()
    is_lost = serializers.BooleanField()
    key = serializers.UUIDField()
    keys = serializers.ListField(child=serializers.UUIDField())
    rows = InnerSerializer(many=True)
    row = InnerSerializer()
    shown = serializers.CharField(read_only=True)


RIGHT = {
    "reason": "Yes.",
    "count": 7,
    "is_lost": False,
    "key": "00000000-0000-4000-8000-000000000000",
    "keys": ["00000000-0000-4000-8000-000000000000"],
    "rows": [{"text": "One", "minutes": 5}, {"text": "Two"}],
    "row": {"text": "Three"},
}


def judge(**changes):
    kinds.judge(FormSerializer(data=RIGHT | changes))


@pytest.mark.parametrize(
    "right",
    [
        {},
        {"count": 7.0},
        {"reason": None},
        {"shown": 7},
        {"unknown": 7},
        {"keys": []},
        {"rows": []},
        {"reason": []},
        {"row": "x"},
    ],
    ids=str,
)
def test_what_is_of_its_kind_or_judged_elsewhere_passes(right):
    judge(**right)


def test_what_was_left_out_passes():
    kinds.judge(FormSerializer(data={}))
    for data in ["x", [], 7, None]:
        kinds.judge(FormSerializer(data=data))


@pytest.mark.parametrize(
    ("wrong", "where"),
    [
        ({"reason": 7}, "reason"),
        ({"reason": True}, "reason"),
        ({"count": "7"}, "count"),
        ({"count": True}, "count"),
        ({"is_lost": "yes"}, "is_lost"),
        ({"is_lost": 1}, "is_lost"),
        ({"key": 7}, "key"),
        ({"keys": [7]}, "keys"),
        ({"rows": [{"text": "One"}, {"text": 7}]}, "rows"),
        ({"row": {"text": 7}}, "row"),
    ],
)
def test_what_is_of_another_kind_is_named(wrong, where):
    with pytest.raises(exceptions.ValidationError) as refusal:
        judge(**wrong)
    assert list(refusal.value.detail) == [where]
    assert "invalid" in str(refusal.value.get_codes())
