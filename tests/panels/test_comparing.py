"""What was told beside what is to be shown."""

from panels.experiences.comparing import Stretch, compare


def test_what_stays_and_what_does_not_is_told_apart():
    told, shown = compare("Nurse Alder told me on Monday.", "[name] told me on Monday.")
    assert told == [Stretch("Nurse Alder", stays=False), Stretch(" told me on Monday.")]
    assert shown == [Stretch("[name]", stays=False), Stretch(" told me on Monday.")]


def test_the_stretches_are_the_whole_text():
    texts = "One two.\n\nThree four five.", "One  two. Four five six."
    for text, stretches in zip(texts, compare(*texts), strict=True):
        assert "".join(stretch.text for stretch in stretches) == text


def test_how_words_are_spaced_does_not_count():
    told, _shown = compare("One\n\ntwo", "One two")
    assert all(stretch.stays for stretch in told)


def test_where_nothing_is_shown_all_is_left_out():
    assert compare("All of it", "") == ([Stretch("All of it", stays=False)], [])
    assert compare("", "") == ([], [])
