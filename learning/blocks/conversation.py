"""A conversation with branches: somebody says something, the learner chooses what to say, and sees what it does.

Moments are joined by their names: each choice names the moment that it leads to. The first moment is the beginning; a
moment without choices is an ending. Ids of choices and moments are kept with a learner's way, so both may be reworded.
"""

from collections.abc import Mapping

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from wagtail import blocks

TEXT = ["h3", "bold", "italic", "ol", "ul", "link", "document-link"]
NAME = r"^[a-z0-9-]+$"
FEWEST_CHOICES, MOST_CHOICES = 2, 4

Faults = dict[int, blocks.StructBlockValidationError]  # by the number of the moment, from 0


class ReplyBlock(blocks.StructBlock):
    says = blocks.TextBlock(
        label=_("what the learner may say or do"),
        max_length=300,
        rows=1,
        help_text=_("A person who means well could say each of these. Do not put the best one first every time."),
    )
    effect = blocks.TextBlock(
        label=_("what it does to the person"),
        max_length=400,
        rows=1,
        help_text=_("What can be seen, and what it is like inside. Show it and scold nobody."),
    )
    leads_to = blocks.RegexBlock(
        label=_("leads to the moment"),
        regex=NAME,
        help_text=_("The name of the moment that comes next, as it stands there."),
    )
    opens = blocks.BooleanBlock(
        label=_("opens a door"), required=False, help_text=_("The person can say more after this than before.")
    )

    class Meta:
        icon = "comment"
        label = _("Choice")
        label_format = "{says} → {leads_to}"


class MomentBlock(blocks.StructBlock):
    name = blocks.RegexBlock(
        label=_("name"),
        regex=NAME,
        max_length=40,
        help_text=_("Only authors see it, and choices lead to it. Small letters, digits and hyphens, such as asked-about-dee."),
    )
    says = blocks.TextBlock(
        label=_("what the person says or does"),
        max_length=400,
        rows=1,
        help_text=_("Put what is said aloud in “quotation marks”: it is set as the person’s own words."),
    )
    choices = blocks.ListBlock(
        ReplyBlock(),
        label=_("choices"),
        max_num=MOST_CHOICES,
        default=[],
        help_text=_("Two to four. Leave them out where the conversation ends."),
    )
    lesson = blocks.TextBlock(
        label=_("lesson"), max_length=400, required=False, rows=1, help_text=_("For an ending only: what to take from it.")
    )

    class Meta:
        icon = "openquote"
        label = _("Moment")
        label_format = "{name}: {says}"


class ConversationBlock(blocks.StructBlock):
    title = blocks.CharBlock(label=_("title"), max_length=120)
    setup = blocks.RichTextBlock(
        label=_("the scene"),
        features=TEXT,
        help_text=_("Where it is, who the learner is, who comes. Say that the people are invented."),
    )
    person = blocks.CharBlock(label=_("the person’s name"), max_length=60, help_text=_("Whom the learner speaks with."))
    moments = blocks.ListBlock(
        MomentBlock(),
        label=_("moments"),
        min_num=2,
        help_text=_(
            "The conversation begins at the first moment. Each choice leads to another by its name; a moment without choices is "
            "an ending. Plan two endings or more, and a way back from most slips: people can mend them."
        ),
    )

    class Meta:
        icon = "comment"
        label = _("Conversation with branches")
        label_format = "{title}"

    def clean(self, value):
        """A draft may be unfinished; what is published is whole."""
        result = super().clean(value)
        if not self.is_deferred_validation:
            _check(list(result["moments"]))
        return result


def _check(moments: list) -> None:
    """Raises a StructBlockValidationError that says beside each moment what is wrong with it."""
    faults = _faults_of_moments(moments)
    if faults:
        raise _refused(block_errors=faults)
    if all(moment["choices"] for moment in moments):
        message = _("There is no ending. Take the choices out of the last moment, and say there what to take from it.")
        raise _refused(non_block_errors=[ValidationError(message)])
    faults = _faults_of_ways(moments)
    if faults:
        raise _refused(block_errors=faults)


def _refused(**errors) -> blocks.StructBlockValidationError:
    return blocks.StructBlockValidationError({"moments": blocks.list_block.ListBlockValidationError(**errors)})


def _fault(**errors) -> blocks.StructBlockValidationError:
    """Sentences, by the field that they belong to."""
    named = {name: error if isinstance(error, ValidationError) else ValidationError(error) for name, error in errors.items()}
    return blocks.StructBlockValidationError(named)


# Each moment by itself ----------------------------------------------------------------------------


def _faults_of_moments(moments: list) -> Faults:
    names = [moment["name"] for moment in moments]
    found = {number: _fault_of(moment, names[:number], names) for number, moment in enumerate(moments)}
    return {number: fault for number, fault in found.items() if fault}


def _fault_of(moment: Mapping, earlier: list[str], names: list[str]) -> blocks.StructBlockValidationError | None:
    choices, lesson = moment["choices"], moment["lesson"]
    if moment["name"] in earlier:
        return _fault(name=_("Another moment is called “%(name)s” already. Choose another name.") % {"name": moment["name"]})
    if choices and lesson:
        return _fault(lesson=_("Only an ending has a lesson. Take it out, or take the choices out."))
    if not choices and not lesson:
        return _fault(lesson=_("No choice leads on from here, so it is an ending. Say what to take from it, or add choices."))
    if choices and len(choices) < FEWEST_CHOICES:
        return _fault(
            choices=_listed(non_block_errors=[ValidationError(_("Add a second choice, so that there is one to make."))])
        )
    nowhere = {number: _leads_nowhere(choice, names) for number, choice in enumerate(choices) if choice["leads_to"] not in names}
    return _fault(choices=_listed(block_errors=nowhere)) if nowhere else None


def _listed(**errors) -> ValidationError:
    return blocks.list_block.ListBlockValidationError(**errors)


def _leads_nowhere(choice: Mapping, names: list[str]) -> blocks.StructBlockValidationError:
    message = _("No moment is called “%(name)s”. There are: %(names)s.")
    return _fault(leads_to=message % {"name": choice["leads_to"], "names": ", ".join(names)})


# The ways through ---------------------------------------------------------------------------------


def _faults_of_ways(moments: list) -> Faults:
    """Moments that nobody reaches, and moments from which nobody reaches an ending."""
    onward = {moment["name"]: {choice["leads_to"] for choice in moment["choices"]} for moment in moments}
    back = {name: {before for before, after in onward.items() if name in after} for name in onward}
    met = _reached({moments[0]["name"]}, onward)
    ending = _reached({name for name, after in onward.items() if not after}, back)
    found: Faults = {}
    for number, moment in enumerate(moments):
        if moment["name"] not in met:
            found[number] = _fault(name=_("Nobody comes here: no choice leads to it from the beginning."))
        elif moment["name"] not in ending:
            message = _("Nobody comes to an ending from here. Let one of the choices lead towards one.")
            found[number] = _fault(choices=_listed(non_block_errors=[ValidationError(message)]))
    return found


def _reached(names: set[str], ways: Mapping[str, set[str]]) -> set[str]:
    """These moments, and all to which ways lead from them."""
    met: set[str] = set()
    while names:
        met |= names
        names = {after for name in names for after in ways[name]} - met
    return met
