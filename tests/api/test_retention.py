"""Nothing of the interface is kept longer than it is needed."""

import datetime

import pytest
import time_machine

from api import retention, tokens
from api.models import Delivery, IdempotencyKey, Token
from tests.api.conftest import HOOK


@pytest.fixture
def clock():
    """A clock to put forward: `clock(days=3)`."""
    with time_machine.travel("2031-03-05 09:00Z", tick=False) as traveller:

        def forward(**how_long):
            traveller.shift(datetime.timedelta(**how_long))
            retention.run()

        yield forward


def test_the_key_of_a_request_goes_after_a_day(clock, program, send):
    send(program, "post", "/api/v1/webhooks", HOOK)
    clock(hours=23)
    assert IdempotencyKey.objects.exists()
    clock(hours=2)
    assert not IdempotencyKey.objects.exists()


def test_a_token_that_has_run_out_stays_in_the_list_for_thirty_days(clock, sam):
    tokens.make(sam, name="Program", scopes=["me/read"], days=30, by=sam)
    clock(days=59)
    assert Token.objects.exists()
    clock(days=2)
    assert not Token.objects.exists()


@pytest.mark.parametrize(("status", "stays"), [("waiting", True), ("delivered", False), ("failed", False)])
def test_a_delivery_that_is_over_goes_after_thirty_days(clock, webhook, status, stays):
    fields = {} if status == "waiting" else {"next_at": None}
    Delivery.objects.create(webhook=webhook, type="registration.made", status=status, **fields)
    clock(days=29)
    assert Delivery.objects.exists()
    clock(days=2)
    assert Delivery.objects.exists() == stays
