"""What the page of a panel is made of, beside what any page is."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail import blocks

from pages.blocks import TEXT

DONE, PLANNED, NOT_DONE, WAITING = "done", "planned", "not_done", "waiting"
STATUSES = {DONE: _("Done"), PLANNED: _("Planned"), NOT_DONE: _("Not done"), WAITING: _("No answer yet")}
ANSWERS = {DONE: _("What was done"), PLANNED: _("What will be done"), NOT_DONE: _("Why not"), WAITING: _("The answer")}
TAGS = {DONE: "done", PLANNED: "wait", NOT_DONE: "rest", WAITING: ""}
MOST_ADVICE = 40  # on one page: whoever gathers it for all panels reads so much of each


class AdviceValue(blocks.StructValue):
    @property
    def state(self) -> str:
        return str(STATUSES[self["status"]])

    @property
    def meaning(self) -> str:
        """What `tag` calls it."""
        return TAGS[self["status"]]

    @property
    def answer_title(self) -> str:
        return str(ANSWERS[self["status"]])

    @property
    def is_answered(self) -> bool:
        return self["status"] != WAITING


class AdviceBlock(blocks.StructBlock):
    """What a panel advised, and what the public body did about it. “Not done” says why."""

    said = blocks.TextBlock(label=_("what the panel advised"), max_length=600)
    said_on = blocks.DateBlock(label=_("on"))
    to = blocks.CharBlock(label=_("to whom"), max_length=120, help_text=_("The public body that has to answer."))
    status = blocks.ChoiceBlock(label=_("what came of it"), choices=list(STATUSES.items()), default=WAITING)
    did = blocks.TextBlock(label=_("the answer"), max_length=600, required=False, help_text=_("For “Not done”: why not."))
    did_on = blocks.DateBlock(label=_("answered on"), required=False)

    class Meta:
        value_class = AdviceValue
        icon = "resubmit"
        label = _("Advice and answer")
        label_format = "{said}"

    def clean(self, value):
        result = super().clean(value)
        faults = {name: ValidationError(text) for name, text in _faults(result).items()}
        if faults:
            raise blocks.StructBlockValidationError(faults)
        return result


def _faults(value: AdviceValue) -> dict[str, str]:
    """An answer has its words and its day, and no day is still to come: the newest stand on the front page."""
    if value["said_on"] > timezone.localdate():
        return {"said_on": gettext("Enter a day that has come.")}
    if not value.is_answered:
        return {}
    missing = {"did": gettext("Say what the answer was."), "did_on": gettext("Enter the day of the answer.")}
    faults = {name: text for name, text in missing.items() if not value[name]}
    if not faults and not value["said_on"] <= value["did_on"] <= timezone.localdate():
        faults["did_on"] = gettext("Enter a day after the advice that has come.")
    return faults


class TopicBlock(blocks.StructBlock):
    """Something that the panel works on."""

    title = blocks.CharBlock(label=_("title"), max_length=80)
    text = blocks.TextBlock(label=_("text"), max_length=400)

    class Meta:
        icon = "pick"
        label = _("Topic")
        label_format = "{title}"


class QuestionBlock(blocks.StructBlock):
    question = blocks.CharBlock(label=_("question"), max_length=160)
    answer = blocks.RichTextBlock(label=_("answer"), features=TEXT)

    class Meta:
        icon = "help"
        label = _("Question")
        label_format = "{question}"
