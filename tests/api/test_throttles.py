"""Nobody asks more in a minute than they may, and whoever must wait is told how long."""

import pytest
import time_machine

ME = "/api/v1/me"


@pytest.fixture(autouse=True)
def few(settings):
    settings.API_RATE_SIGNED_IN, settings.API_RATE_ANONYMOUS = 3, 2


@pytest.fixture
def clock():
    """Twenty seconds past a full minute, and standing still."""
    with time_machine.travel("2031-03-05 09:00:20Z", tick=False) as traveller:
        yield traveller


def statuses(client, times, **more):
    return [client.get(ME, **more).status_code for _time in range(times)]


def test_an_address_may_ask_so_often_and_is_then_told_to_wait(client, db, clock):
    assert statuses(client, 3) == [401, 401, 429]
    answer = client.get(ME)
    assert answer["Retry-After"] == "40"
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["code"] == "too_many_requests"
    clock.shift(40)
    assert statuses(client, 1) == [401]


def test_one_address_does_not_use_up_anothers(client, db, clock):
    statuses(client, 3, REMOTE_ADDR="192.0.2.1")
    assert statuses(client, 1, REMOTE_ADDR="192.0.2.2") == [401]


def test_behind_a_proxy_the_visitor_is_counted(client, db, clock, settings):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    assert statuses(client, 3, headers={"X-Forwarded-For": "made up, 192.0.2.1"}) == [401, 401, 429]
    assert statuses(client, 1, headers={"X-Forwarded-For": "made up, 192.0.2.2"}) == [401]


def test_without_a_proxy_nobody_hides_behind_a_header(client, db, clock):
    asked = [client.get(ME, headers={"X-Forwarded-For": f"192.0.2.{number}"}).status_code for number in range(3)]
    assert asked == [401, 401, 429]


def test_wrong_tokens_count_to_their_address(client, db, clock):
    assert statuses(client, 3, headers={"Authorization": "Bearer alongside_0"}) == [401, 401, 429]


def test_a_person_is_counted_over_all_their_sessions_and_a_program_by_itself(client, sam, machine, clock):
    client.force_login(sam)
    first, second = machine(sam, "me/read"), machine(sam, "me/read")
    assert statuses(client, 4) == [200, 200, 200, 429]
    assert statuses(first, 4) == [200, 200, 200, 429]
    assert statuses(second, 1) == [200]


def test_the_schema_and_its_page_are_counted_too(client, db, clock):
    assert [client.get("/api/docs/").status_code for _time in range(3)] == [200, 200, 429]
