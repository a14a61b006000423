"""Citations, dates and spoken words in a module's text."""

import pytest

from learning.templatetags import learning_tags


@pytest.mark.parametrize(
    ("published", "shown"),
    [
        ("2023-01-06", "6 January 2023"),
        ("2018-07", "July 2018"),
        ("2010", "2010"),
        ("spring 2020", "spring 2020"),
        ("2023-13", "2023-13"),
    ],
)
def test_a_source_is_dated_as_exactly_as_is_known(published, shown):
    assert learning_tags.day(published) == shown


def test_a_citation_becomes_a_numbered_link_and_an_unknown_one_goes():
    text = learning_tags.cited("True. [^act] Also. [^none]", {"act": 3})
    assert '<a href="#source-3" aria-label="Source 3">3</a>' in text
    assert "none" not in text


def test_what_is_cited_is_escaped_unless_it_is_rich_text():
    assert "&lt;b&gt;" in learning_tags.cited("<b> [^act]", {"act": 1})


def test_what_is_said_aloud_is_set_as_a_person_s_own_words():
    assert learning_tags.aloud("Ted nods. “Two,” he says.") == 'Ted nods. <span class="aloud">“Two,”</span> he says.'


def test_words_that_look_like_code_stay_words():
    assert "&lt;b&gt;" in learning_tags.aloud("“<b>” & more")
