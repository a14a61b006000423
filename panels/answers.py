"""What an applicant has written, and whether it can be sent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core import codes, errors
from panels.models import Application, Question

LONGEST = 20_000  # characters: what counts is words, but one word could be a book


def faults(application: Application) -> dict[Question, str]:
    """The questions that want an answer, or a shorter one, each with why."""
    given = {answer.question_id: answer.text for answer in application.answers.all()}
    judged = {question: fault(question, given.get(question.pk, "")) for question in application.campaign.questions.all()}
    return {question: why for question, why in judged.items() if why}


def fault(question: Question, text: str) -> str:
    """Why an answer cannot be sent as it is, in a sentence; nothing where it can."""
    count = len(text.split())
    if not count:
        return _("Write an answer to “%(question)s”") % {"question": question.prompt}
    over = count - question.max_words
    if over <= 0:
        return ""
    message = ngettext(
        "Your answer to “%(question)s” has %(count)s words. Take out %(over)s word.",
        "Your answer to “%(question)s” has %(count)s words. Take out %(over)s words.",
        over,
    )
    return message % {"question": question.prompt, "count": count, "over": over}


def judge_whole(application: Application) -> None:
    for question, why in faults(application).items():
        raise errors.DomainError(why, code="unanswered", field=f"question_{question.pk}")
    if application.district is None:
        raise errors.DomainError(_("Select your district"), code="no_district", field="district")


def version(text: str) -> str:
    """By which an answer on a screen is compared with the one that is kept."""
    return codes.digest(text)[:16]


def judge_unchanged(application: Application, texts: Mapping[Question, str], seen: Mapping[Question, str]) -> None:
    """Of two devices the second does not write over the first unsaid. Where nothing was `seen`, nothing is compared."""
    held = {answer.question_id: answer.text for answer in application.answers.all()}
    for question, text in texts.items():
        there = held.get(question.pk, "")
        is_known = seen.get(question, "") in {"", version(there)}
        if not is_known and there.splitlines() != text.strip().splitlines():
            raise errors.Conflict(_changed_elsewhere(), code="changed", field="text")


def _changed_elsewhere() -> str:
    return _(
        "You have changed this answer on another device since you opened it here. Yours is in the box, "
        "and the other one stands below it. Save again to keep yours."
    )


def judge_length(texts: Iterable[str]) -> None:
    if any(len(text) > LONGEST for text in texts):
        raise errors.DomainError(_("This is too long to be kept. Take some of it out."), code="too_long", field="text")
