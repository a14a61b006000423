"""Pounds are rounded once, half up, and read as people write them."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import money

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


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("12.5", "12.50"),
        ("£12.50", "12.50"),
        (" £ 1,250 ", "1250.00"),
        ("1,234,567.89", "1234567.89"),
        ("0", "0.00"),
        ("007", "7.00"),
    ],
)
def test_amounts_are_read_as_people_write_them(written, meant):
    assert str(money.read(written)) == meant


@pytest.mark.parametrize(
    "written", ["", "£", "£1,2O", "12,50", "1,2,3", "12.505", ".5", "5.", "-5", "1e3", "١٢", "£££5", "5 pounds", "9" * 400]
)
def test_what_could_be_misread_is_not_read(written):
    with pytest.raises(ValueError, match="Not an amount"):
        money.read(written)


@given(amounts.map(abs))
def test_what_we_write_we_can_read(amount):
    assert money.read(money.text(amount)) == money.pounds(amount)
