"""Nobody is limited until the settings say so: then a credential, and an address whose secrets are wrong, by the minute."""

import pytest
import time_machine
from django.core.cache import InvalidCacheBackendError, cache

from learning.lrs import credentials
from learning.lrs.models import Statement
from tests.api.xapi.test_xapi import VERSION, basic

ADDRESS = "/xapi/activities"
QUERY = {"activityId": "https://x.org/a"}


@pytest.fixture
def clock():
    """Twenty seconds past a full minute, and standing still."""
    with time_machine.travel("2031-03-05 09:00:20Z", tick=False) as traveller:
        yield traveller


@pytest.fixture
def limited(settings):
    settings.XAPI_RATE, settings.XAPI_RATE_REFUSED = 3, 2


def opened(name="Reader"):
    credential, secret = credentials.create(name, ["all"])
    return basic(credential.key, secret) | VERSION


def statuses(client, times, headers, address=ADDRESS, **more):
    return [client.get(address, QUERY, headers=headers, **more).status_code for _time in range(times)]


def test_a_credential_may_ask_so_often_and_is_then_told_to_wait(client, db, limited, clock):
    headers = opened()
    assert statuses(client, 4, headers) == [200, 200, 200, 429]
    answer = client.get(ADDRESS, QUERY, headers=headers)
    assert (answer["Retry-After"], answer["Content-Type"]) == ("40", "application/problem+json")
    assert answer.json()["code"] == "too_many_requests"
    assert (answer["X-Experience-API-Version"], answer["Cache-Control"]) == ("2.0.0", "private, no-store")
    clock.shift(40)
    assert statuses(client, 1, headers) == [200]


def test_one_credential_does_not_use_up_anothers(client, db, limited, clock):
    statuses(client, 4, opened("First"))
    assert statuses(client, 1, opened("Second")) == [200]


def test_both_mounts_and_every_address_of_the_client_are_counted_together(client, db, limited, clock):
    headers = opened()
    statuses(client, 2, headers)
    assert statuses(client, 2, headers, "/xapi/1.0.3/activities", REMOTE_ADDR="192.0.2.1") == [200, 429]


def test_what_is_too_much_stores_nothing(client, db, limited, clock, say):
    headers = opened()
    statuses(client, 3, headers)
    response = client.post("/xapi/statements", say(), "application/json", headers=headers)
    assert response.status_code == 429
    assert response["X-Experience-API-Consistent-Through"]
    assert not Statement.objects.exists()


def test_wrong_secrets_count_to_their_address(client, db, limited, clock):
    right = opened()
    wrong = basic("x", "y") | VERSION
    assert statuses(client, 2, wrong) + statuses(client, 2, VERSION) == [401, 401, 429, 429]
    assert client.get(ADDRESS, headers=wrong)["Retry-After"] == "40"
    assert statuses(client, 1, wrong, REMOTE_ADDR="192.0.2.2") == [401]
    assert statuses(client, 1, right) == [200]  # whoever shares the address and has the right one is not held up


def test_behind_a_proxy_the_visitor_is_counted(client, db, limited, clock, settings):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    wrong = basic("x", "y") | VERSION
    assert statuses(client, 3, wrong | {"X-Forwarded-For": "made up, 192.0.2.1"}) == [401, 401, 429]
    assert statuses(client, 1, wrong | {"X-Forwarded-For": "made up, 192.0.2.2"}) == [401]


def test_a_page_of_another_site_can_read_that_it_must_wait(client, db, limited, clock, settings):
    settings.XAPI_ORIGINS = ["*"]
    headers = opened() | {"Origin": "https://course.example.org"}
    statuses(client, 3, headers)
    answer = client.get(ADDRESS, QUERY, headers=headers)
    assert (answer.status_code, answer["Access-Control-Allow-Origin"]) == (429, "*")
    assert "Retry-After" in answer["Access-Control-Expose-Headers"]


def test_what_needs_no_credential_is_not_counted(client, db, limited, clock):
    for _time in range(5):
        assert client.get("/xapi/about").status_code == 200
        assert client.options(ADDRESS).status_code == 204


def test_without_a_limit_nothing_is_counted(client, db, settings):
    """The cache cannot even be opened."""
    settings.CACHES = settings.CACHES | {"default": {"BACKEND": "no.such.Cache"}}
    with pytest.raises(InvalidCacheBackendError):
        cache.get("x")
    assert statuses(client, 5, opened()) == [200] * 5
    assert statuses(client, 5, VERSION) == [401] * 5
