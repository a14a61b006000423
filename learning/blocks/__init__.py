"""What a module is made of: steps, and in each step text, cases, pictures, one thing to answer.

A block's id is the id of the question, reflection or conversation in statements and in what a learner has answered:
an editor may reword a block and it stays the same question; a deleted block takes its answers out of the count.
"""

from pathlib import PurePath

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.documents.blocks import DocumentChooserBlock
from wagtail.images.blocks import ImageBlock

from learning.blocks.conversation import TEXT, ConversationBlock
from learning.blocks.drawing import DrawingBlock

TO_ANSWER = {"question", "reflection", "conversation"}
PICTURE_FILES = {".avif", ".gif", ".heic", ".jpeg", ".jpg", ".png", ".svg", ".webp"}


class FactBlock(blocks.StructBlock):
    figure = blocks.CharBlock(label=_("figure"), max_length=12, help_text=_("Short, such as 3.2% or 1 in 4."))
    text = blocks.CharBlock(label=_("what it says"), max_length=300, help_text=_("End with its source, such as [^ons-2021]."))

    class Meta:
        icon = "order"
        label = _("Fact")
        label_format = "{figure}: {text}"
        template = "learning/blocks/fact.html"


class CaseStudyBlock(blocks.StructBlock):
    title = blocks.CharBlock(label=_("title"), max_length=120)
    text = blocks.RichTextBlock(label=_("text"), features=TEXT)
    note = blocks.CharBlock(label=_("note"), max_length=200, help_text=_("Say that the people are invented."))

    class Meta:
        icon = "group"
        label = _("Case study")
        label_format = "{title}"
        template = "learning/blocks/case_study.html"


class WordsBlock(blocks.StructBlock):
    instead = blocks.ListBlock(blocks.CharBlock(max_length=200), label=_("instead of"))
    say = blocks.ListBlock(blocks.CharBlock(max_length=200), label=_("say"))
    why = blocks.CharBlock(label=_("why"), max_length=400, required=False)

    class Meta:
        icon = "openquote"
        label = _("Words to use")
        template = "learning/blocks/words.html"


class PictureBlock(blocks.StructBlock):
    image = ImageBlock(
        label=_("image"),
        help_text=_(
            "In the alt text say what the picture teaches, for whoever does not see it. Tick “decorative” only where the step "
            "says as much without the picture."
        ),
    )
    caption = blocks.CharBlock(label=_("caption"), max_length=300, required=False)

    class Meta:
        icon = "image"
        label = _("Picture")
        label_format = "{caption}"
        template = "learning/blocks/picture.html"

    def clean(self, value):
        """Wagtail asks for an alt text, and offers the image's title, which at first is the name of its file."""
        result = super().clean(value)
        image = result["image"]
        if image and not image.decorative and _names_file(image.contextual_alt_text, image.filename):
            message = ValidationError(_("This is the name of a file. Say what the picture teaches."))
            raise blocks.StructBlockValidationError({"image": blocks.StructBlockValidationError({"alt_text": message})})
        return result


def _names_file(text: str, file_name: str) -> bool:
    name = PurePath(text.strip())
    return name.suffix.lower() in PICTURE_FILES or name.name.lower() == PurePath(file_name).stem.lower()


class RecordingBlock(blocks.StructBlock):
    title = blocks.CharBlock(label=_("title"), max_length=120)
    recording = DocumentChooserBlock(label=_("sound or film"), help_text=_("MP3 or MP4."))
    captions = DocumentChooserBlock(label=_("captions"), required=False, help_text=_("A VTT file. A film needs one."))
    transcript = blocks.RichTextBlock(label=_("transcript"), features=TEXT, help_text=_("All that is said and shown."))

    class Meta:
        icon = "media"
        label = _("Sound or film, with transcript")
        label_format = "{title}"
        template = "learning/blocks/recording.html"

    def clean(self, value):
        result = super().clean(value)
        recording = result["recording"]
        if recording and recording.file_extension == "mp4" and not result["captions"]:
            raise blocks.StructBlockValidationError({"captions": ValidationError(_("Choose a captions file for this film."))})
        return result


class ReflectionBlock(blocks.StructBlock):
    prompt = blocks.CharBlock(label=_("prompt"), max_length=400)
    hint = blocks.CharBlock(label=_("hint"), max_length=300, default=_("Only you can see what you write."))

    class Meta:
        icon = "edit"
        label = _("Reflection")
        label_format = "{prompt}"


class AnswerBlock(blocks.StructBlock):
    text = blocks.CharBlock(label=_("answer"), max_length=300)
    correct = blocks.BooleanBlock(label=_("is right"), required=False)
    feedback = blocks.TextBlock(
        label=_("feedback"), max_length=500, rows=1, help_text=_("Keep what was right in it, then say why.")
    )

    class Meta:
        icon = "list-ul"
        label_format = "{text}"


class QuestionBlock(blocks.StructBlock):
    setup = blocks.RichTextBlock(label=_("the scene"), features=TEXT, required=False)
    prompt = blocks.CharBlock(label=_("question"), max_length=300)
    kind = blocks.ChoiceBlock(
        label=_("kind"), choices=[("single", _("One right answer")), ("multiple", _("Several right answers"))], default="single"
    )
    answers = blocks.ListBlock(AnswerBlock(), label=_("answers"), min_num=2, max_num=8)
    right_title = blocks.CharBlock(label=_("heading when right"), max_length=120)
    right_text = blocks.TextBlock(label=_("text when right"), max_length=500, rows=1)
    wrong_title = blocks.CharBlock(label=_("heading when not right"), max_length=120)
    wrong_text = blocks.TextBlock(label=_("text when not right"), max_length=500, rows=1)

    class Meta:
        icon = "help"
        label = _("Question, with feedback for each answer")
        label_format = "{prompt}"

    def clean(self, value):
        result = super().clean(value)
        right = sum(answer["correct"] for answer in result["answers"])
        if right == 0:
            raise blocks.StructBlockValidationError({"answers": ValidationError(_("Mark at least one answer as right."))})
        if result["kind"] == "single" and right > 1:
            raise blocks.StructBlockValidationError(
                {"kind": ValidationError(_("Mark one answer as right, or choose several right answers."))}
            )
        return result


class StepBodyBlock(blocks.StreamBlock):
    text = blocks.RichTextBlock(label=_("Text"), features=TEXT, icon="pilcrow", template="learning/blocks/text.html")
    fact = FactBlock()
    case_study = CaseStudyBlock()
    words = WordsBlock()
    picture = PictureBlock()
    drawing = DrawingBlock()
    recording = RecordingBlock()
    reflection = ReflectionBlock()
    question = QuestionBlock()
    conversation = ConversationBlock()

    def clean(self, value):
        result = super().clean(value)
        asking = [index for index, child in enumerate(result) if child.block_type in TO_ANSWER]
        if len(asking) > 1:
            message = ValidationError(_("A step asks one thing. Move this to a step of its own."))
            raise blocks.StreamBlockValidationError(block_errors={asking[1]: message})
        if asking and asking[0] != len(result) - 1:
            message = ValidationError(_("Put what the learner answers at the end of the step."))
            raise blocks.StreamBlockValidationError(block_errors={asking[0]: message})
        return result


class StepBlock(blocks.StructBlock):
    title = blocks.CharBlock(label=_("title"), max_length=120)
    body = StepBodyBlock(label=_("body"), min_num=1)

    class Meta:
        icon = "doc-full"
        label = _("Step")
        label_format = "{title}"


class SourceBlock(blocks.StructBlock):
    key = blocks.RegexBlock(
        label=_("key"), regex=r"^[a-z0-9-]+$", help_text=_("Used in the text as [^key]: small letters, digits and hyphens.")
    )
    title = blocks.CharBlock(label=_("title"), max_length=200)
    publisher = blocks.CharBlock(label=_("publisher"), max_length=160)
    url = blocks.URLBlock(label=_("address"))
    published = blocks.CharBlock(
        label=_("published"), max_length=20, help_text=_("As exactly as is known: 2023-01-06, 2023-01 or 2023.")
    )

    class Meta:
        icon = "link"
        label = _("Source")
        label_format = "{key}: {title}"
