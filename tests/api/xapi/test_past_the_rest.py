"""What a request to the record store does not pass through: sessions, languages, pages."""

import pytest
from django.utils import translation

from core import second_factor


@pytest.mark.django_db
def test_it_knows_no_session_and_no_language_of_whom_the_thread_served_before(client, django_assert_num_queries, monkeypatch):
    monkeypatch.setattr(second_factor, "is_missing", None)  # would be called by whatever looks who asks
    with translation.override("cy"), django_assert_num_queries(0):
        response = client.get("/xapi/about", headers={"Accept-Language": "cy"})
        assert translation.get_language() == "cy"
    assert response.status_code == 200
    assert response["Content-Length"] == str(len(response.content))
    assert "Cookie" not in response.get("Vary", "")
    assert response["X-Request-Id"]
    assert response["X-Content-Type-Options"] == "nosniff"
