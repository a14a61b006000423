"""The real pages of the house are public, and come from the cache."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext


@pytest.fixture
def addresses(course):
    return [course.get_url(), course.get_children().live().first().get_url()]


def test_a_stranger_gets_every_page_of_a_course_from_the_cache(client, addresses, django_assert_num_queries):
    for address in addresses:
        assert client.get(address).status_code == 200
        with django_assert_num_queries(1):
            assert client.get(address).status_code == 200


def test_somebody_signed_in_never_does(client, addresses, lee):
    for address in addresses:
        client.get(address)
    client.force_login(lee)
    for address in addresses:
        with CaptureQueriesContext(connection) as queries:
            assert "ETag" not in client.get(address)
        assert len(queries) > 1
