"""Who may do what, in which state, and what a page says in place of a button."""

import dataclasses

import pytest

from core import acts
from core.errors import NotAllowed, WrongState

SEND = acts.Act("owner", frozenset({"written"}), {"reader": "You have read it, so somebody else must send it."})


@dataclasses.dataclass
class Letter:
    status: str
    relations: set

    def relations_of(self, person):
        return self.relations

    def get_status_display(self):
        return self.status.title()


@pytest.mark.parametrize(
    ("letter", "refusal", "words", "why"),
    [
        (Letter("written", {"owner"}), None, "", ""),
        (Letter("written", set()), NotAllowed, "not allowed", ""),
        (Letter("written", {"reader"}), NotAllowed, "not allowed", ""),
        (
            Letter("written", {"owner", "reader"}),
            NotAllowed,
            "You have read it",
            "You have read it, so somebody else must send it.",
        ),
        (Letter("sent", {"owner"}), WrongState, "Sent", ""),
        (Letter("sent", set()), NotAllowed, "not allowed", ""),
    ],
)
def test_a_person_is_judged_before_the_state_and_told_why(letter, refusal, words, why):
    if refusal:
        with pytest.raises(refusal, match=words):
            acts.judge(SEND, letter, by="somebody")
    else:
        acts.judge(SEND, letter, by="somebody")
    assert acts.may(SEND, letter, "somebody") is (refusal is None)
    assert acts.offered({"send": SEND}, letter, "somebody") == ([] if refusal else ["send"])
    assert acts.why_not(SEND, letter, "somebody") == why


def test_the_system_needs_no_relation_but_the_right_state():
    acts.judge(SEND, Letter("written", set()), by=None)
    with pytest.raises(WrongState):
        acts.judge(SEND, Letter("sent", set()), by=None)
