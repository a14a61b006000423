"""What is paid for what can be read by everybody who is signed in."""

from datetime import timedelta

import pytest
from django.utils import timezone

from recompense.models import RateCard
from tests.api.recompense.conftest import PLACE, field, keys, problem
from tests.factories.recompense import make_card

CARDS = f"{PLACE}/rate-cards"


@pytest.fixture
def newer(card):
    return make_card(code="NEWER", effective_from=timezone.localdate() - timedelta(days=10))


def test_a_stranger_reads_them_with_their_rates(sam_, card):
    one = sam_.get(f"{CARDS}/{card.key}").json()
    car = next(rate for rate in one["rates"] if rate["code"] == "CAR")
    assert (car["amount"], car["amount_beyond"], car["cap"]) == ("0.45", "0.25", None)
    assert (one["code"], one["lost_receipt_most"]) == (card.code, f"{card.lost_receipt_most:.2f}")
    assert len(one["rates"]) == card.rates.count()


def test_a_list_shows_the_cards_alone(sam_, card):
    (row,) = sam_.get(CARDS).json()["results"]
    assert (row["key"], "rates" in row) == (str(card.key), False)


def test_a_day_finds_the_card_that_is_in_force(sam_, card, newer):
    today = timezone.localdate()
    assert keys(sam_.get(CARDS, {"day": today})) == [str(newer.key)]
    assert keys(sam_.get(CARDS, {"day": today - timedelta(days=11)})) == [str(card.key)]
    assert keys(sam_.get(CARDS, {"day": "1999-01-01"})) == []


@pytest.mark.parametrize("day", ["27/11/2026", "2026-02-30", "tomorrow", "2026-11-27T10:00", "0"])
def test_a_day_that_is_none_is_refused(sam_, card, day):
    answer = sam_.get(CARDS, {"day": day})
    assert (problem(answer), field(answer)) == ((400, "invalid"), ["day"])


def test_nothing_is_written(sam_, card, send):
    for method in ["post", "patch", "put", "delete"]:
        assert send(sam_, method, f"{CARDS}/{card.key}", {"title": "Other"}).status_code == 405
    assert RateCard.objects.get().title == card.title


@pytest.mark.parametrize("address", [CARDS, f"{CARDS}/{{key}}"])
def test_it_costs_the_same_for_one_and_for_three(sam_, card, queries, address):
    one = queries(sam_, address.format(key=card.key))
    for number in range(1, 3):
        make_card(code=f"CARD-{number}", effective_from=timezone.localdate() - timedelta(days=number))
    assert queries(sam_, address.format(key=card.key)) == one
