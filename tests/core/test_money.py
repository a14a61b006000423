"""Pounds are rounded once, half up, and read as people write them."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import errors, money

amounts = st.decimals(min_value=-(10**9), max_value=10**9, places=4, allow_nan=False, allow_infinity=False)


@pytest.mark.parametrize(
    ("value", "rounded"),
    [("1.005", "1.01"), ("1.004", "1.00"), ("-1.005", "-1.01"), (3, "3.00"), ("0", "0.00"), ("-0.001", "0.00")],
)
def test_half_a_penny_is_rounded_away_from_nothing(value, rounded):
    assert str(money.pounds(value)) == rounded


@pytest.mark.parametrize(
    ("value", "words"),
    [("1234.5", "£1,234.50"), ("0", "£0.00"), ("-5", "-£5.00"), ("1000000", "£1,000,000.00"), ("-0.004", "£0.00")],
)
def test_amounts_read_as_people_write_them(value, words):
    assert money.text(value) == words


@pytest.mark.parametrize("value", [0.1, 1.0, True])
def test_a_float_is_not_money(value):
    with pytest.raises(TypeError):
        money.pounds(value)


@pytest.mark.parametrize("value", ["", "ten", "1,000", "Infinity"])
def test_what_is_no_amount_is_refused(value):
    with pytest.raises(ValueError, match="Not an amount"):
        money.pounds(value)


@given(amounts)
def test_rounding_moves_an_amount_by_half_a_penny_at_most_and_only_once(amount):
    rounded = money.pounds(amount)
    assert abs(rounded - amount) <= Decimal("0.005")
    assert money.pounds(rounded) == rounded
    assert rounded.as_tuple().exponent == -2


@pytest.mark.parametrize(("value", "words"), [("0.45", "45p"), ("20", "£20"), ("27.50", "£27.50"), ("1", "£1"), ("0", "£0")])
def test_a_rate_is_said_as_people_say_it(value, words):
    assert money.short(value) == words


# What people type ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "amount"),
    [
        ("12.50", "12.50"),
        ("£12.50", "12.50"),
        ("£ 12.5", "12.50"),
        ("  12 ", "12.00"),
        ("12.", "12.00"),
        (".50", "0.50"),
        ("50p", "0.50"),
        ("1,234.50", "1234.50"),
        ("1,234", "1234.00"),
        ("12,50", "12.50"),  # as most of Europe writes it: nothing else can be meant
        ("1 234.50", "1234.50"),
        ("12.50\u200b", "12.50"),  # a mark that a telephone pastes and nobody sees
        ("\u00a312.50", "12.50"),
        ("GBP 12.50", "12.50"),
        ("\uff11\uff12.50", "12.50"),
        ("\u0661\u0662\u066b\u0665\u0660", "12.50"),
        ("0", "0.00"),
    ],
)
def test_an_amount_is_read_as_it_was_meant(typed, amount):
    assert str(money.parse(typed)) == amount


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("£1,2O", "“£1,2O” has the letter O in it. Type the figure 0 in its place"),
        ("1o", "“1o” has the letter o in it. Type the figure 0 in its place"),
        ("l2.50", "“l2.50” has the letter l in it. Type the figure 1 in its place"),
        ("ten", "Enter a number, like 12.50"),
        ("", "Enter a number, like 12.50"),
        ("£", "Enter a number, like 12.50"),
        ("€12", "Enter a number, like 12.50"),
        ("1,2", "Enter a number, like 12.50"),
        ("1.2.3", "Enter a number, like 12.50"),
        ("12.505", "Enter pounds and pence, with two figures for the pence, like 12.50"),
        ("-5", "Enter a number above 0, like 12.50"),
        ("1e9", "Enter a number, like 12.50"),
        ("NaN", "Enter a number, like 12.50"),
        ("9" * 10, "That is more than we can take here. Check the figure"),
        ("9" * 400, "That is more than we can take here. Check the figure"),
        ("9" * 400 + "p", "That is more than we can take here. Check the figure"),
    ],
)
def test_a_doubt_is_asked_about(typed, said):
    with pytest.raises(errors.DomainError) as refused:
        money.parse(typed)
    assert str(refused.value) == said


@given(st.text(max_size=30))
def test_whatever_is_typed_is_an_amount_or_a_question(typed):
    try:
        assert money.parse(typed) >= 0
    except errors.DomainError as refused:
        assert str(refused)


@given(st.decimals(min_value=0, max_value=10**8, places=2, allow_nan=False, allow_infinity=False))
def test_what_we_write_can_be_typed_back(amount):
    assert money.parse(money.text(amount)) == amount
