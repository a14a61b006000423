"""Documents: tagged, in many scripts, and deaf to whatever a name may contain."""

import io
import random
import re
import unicodedata

import pikepdf
import pypdf
import pytest
import typst
from django.utils import translation

from core import pdf

TEMPLATE = """
#import "/site/core/typst/house.typ": *
#show: dress
#wordmark()
= #data.name
#text(font: voice, data.name)
#if data.undrawn [A square stands for a letter.]
"""


@pytest.fixture
def template(tmp_path, settings):
    """A template inside the tree that typst may read."""
    folder = settings.BASE_DIR / "var" / "test-pdf"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{tmp_path.name}.typ"
    path.write_text(TEMPLATE)
    yield path
    path.unlink()


@pytest.fixture
def draw(template):
    """`draw(name)`: the words of a document that shows the name."""

    def text(name: str) -> str:
        return words(pdf.render(template, {"title": "A letter", "name": name}))

    return text


def words(document: bytes) -> str:
    return pypdf.PdfReader(io.BytesIO(document)).pages[0].extract_text()


def test_a_document_is_tagged_and_says_its_language_title_author_and_standard(template):
    with (
        translation.override("en-gb"),
        pikepdf.open(io.BytesIO(pdf.render(template, {"title": "A letter", "name": "Lee"}))) as document,
    ):
        assert document.Root.StructTreeRoot.Type == "/StructTreeRoot"
        assert bool(document.Root.MarkInfo.Marked)
        assert document.Root.Lang == "en-GB"
        assert bool(document.Root.ViewerPreferences.DisplayDocTitle)
        with document.open_metadata() as metadata:
            assert metadata["dc:title"] == "A letter"
            assert metadata["dc:creator"] == ["Alongside"]
            assert metadata["pdfuaid:part"] == "1"


def test_a_document_is_in_the_active_language(template):
    with (
        translation.override("cy"),
        pikepdf.open(io.BytesIO(pdf.render(template, {"title": "Llythyr", "name": "Siân"}))) as document,
    ):
        assert document.Root.Lang == "cy"


def test_every_typeface_is_inside_the_document(template):
    with pikepdf.open(io.BytesIO(pdf.render(template, {"title": "A letter", "name": "Zoë 王小明"}))) as document:
        fonts = [font.DescendantFonts[0] for font in document.pages[0].Resources.Font.values()]
        assert fonts
        assert all({"/FontFile2", "/FontFile3"} & set(font.FontDescriptor.keys()) for font in fonts)


@pytest.mark.parametrize(
    "name",
    [
        "Zoë O’Neil",
        "Siôn Llŷr ap Gŵyn",
        "Ọlá Ɔwusu",
        "Nguyễn Thị Ánh",
        "Ноя",
        "Ελένη",
        "עִבְרִית",
        "العربية",
        "ڈاکٹر ٹیپو",
        "हिन्दी शर्मा",
        "বাংলা",
        "ਪੰਜਾਬੀ",
        "ગુજરાતી",
        "தமிழ்",
        "తెలుగు",
        "ಕನ್ನಡ",
        "മലയാളം",
        "සිංහල",
        "王小明",
        "陳麗瑩",
        "さくら",
        "김민준",
    ],
)
def test_names_in_the_scripts_of_our_readers_are_drawn_whole(draw, name):
    text = draw(name)
    assert pdf.MISSING not in text
    assert "A square" not in text


@pytest.mark.parametrize("name", ["Zoë O’Neil", "Ноя", "王小明", "陳麗瑩", "김민준", "Lee Example"])
def test_names_can_be_copied_out_of_a_document(draw, name):
    assert name in draw(name)


@pytest.mark.parametrize(
    ("name", "drawn"),
    [("Lee 🏳️‍🌈", "Lee □"), ("👩🏽‍⚕️ Sam", "□ Sam"), ("ꦗꦮ", "□□"), ("\ue000 Ada", "□ Ada"), ("A\ufdd0", "A□")],
)
def test_a_sign_without_a_typeface_becomes_a_square_and_the_rest_is_shown(draw, name, drawn):
    text = draw(name)
    assert drawn in text
    assert "A square stands for a letter." in text


@pytest.mark.parametrize(
    ("name", "drawn"),
    [("Le\x07e\x00 X", "Le e X"), ("Lee\n\tX", "Lee X"), ("L\u202eee\u2066", "Lee"), ("e\u0301", "é"), ("Lee\ud800", "Lee")],
)
def test_controls_and_turns_of_direction_are_left_out(draw, name, drawn):
    text = draw(name)
    assert drawn in text
    assert "A square" not in text


@pytest.mark.parametrize(
    "name",
    [
        "#panic()",
        '"] #panic("x")',
        "$x^2$",
        "*bold* _it_",
        "= Heading",
        "<label> @ref",
        "\\#",
        "#{",
        '#read("/.env")',
        "//x",
        "`raw`",
    ],
)
def test_a_name_is_never_run(draw, name):
    assert re.sub(r"\s", "", name) in re.sub(r"\s", "", draw(name))


def test_no_text_whatever_stops_a_document(template):
    chance = random.Random(20261118)
    for _ in range(40):
        name = "".join(chr(chance.randrange(0x110000)) for _ in range(5))
        name += "".join(chr(chance.randrange(0x250)) for _ in range(5)) + chance.choice("\u0301\u200d\ufe0f\u094d\u0e33")
        name = "".join(character for character in name if unicodedata.category(character) != "Cs")
        assert pdf.render(template, {"title": name or "-", "name": name or "-"}).startswith(b"%PDF")


def test_a_fault_in_a_template_is_not_hidden(template):
    template.write_text(TEMPLATE + "#nothing-of-this-name")
    with pytest.raises(typst.TypstError):
        pdf.render(template, {"title": "A letter", "name": "Lee"})


def test_a_house_with_another_name_signs_in_letters(draw, settings):
    settings.SITE_NAME = "Weaver Valley Learning"
    assert "Weaver Valley Learning" in draw("Lee")
