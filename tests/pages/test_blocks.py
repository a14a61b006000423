"""Blocks: what editors may put on a page, and what they may not."""

import pytest
from wagtail import blocks

from pages import blocks as page_blocks

BODY = blocks.StreamBlock(page_blocks.BODY)


def draw(*given) -> str:
    return BODY.render(BODY.normalize(list(given)))


def test_each_block_is_drawn():
    link = {"page": None, "address": "/learning/"}
    html = draw(
        ("text", "<p>Words</p>"),
        ("heading", {"text": "How long", "level": "h2"}),
        ("quotation", {"text": "I was asked.", "origin": "made_up", "by": ""}),
        ("note", {"tint": "honey", "title": "Mind", "text": "<p>this</p>"}),
        ("facts", [{"icon": "clock", "term": "Time", "value": "10 minutes"}]),
        (
            "pairs",
            [{"context": "A to B", "said_title": "Said", "said": "Do", "did_title": "Did", "did": "Done", "state": "done"}],
        ),
        ("doors", [{"glyph": "learning", "title": "Learn", "text": "Here", "link": link}]),
        ("numbers", {"numbers": [{"figure": "5", "text": "people"}], "source": "us"}),
        ("table", {"caption": "Rules", "heads": ["A", "B"], "rows": [{"cells": ["1", "2"]}]}),
        ("button", {"text": "Start", "link": link}),
    )
    for part in [
        "<p>Words</p>",
        'id="how-long"',
        "note--honey",
        "10 minutes",
        "pair__half--did",
        'href="/learning/"',
        "Source:",
        'scope="row"',
    ]:
        assert part in html
    assert "style=" not in html


def test_invented_words_are_marked_as_made_up():
    assert "made up" in draw(("quotation", {"text": "I was asked.", "origin": "made_up", "by": ""}))
    assert "made up" not in draw(("quotation", {"text": "I was asked.", "origin": "said", "by": "Bev"}))


def test_a_quotation_of_somebody_needs_their_name():
    block = page_blocks.QuotationBlock()
    with pytest.raises(blocks.StructBlockValidationError):
        block.clean(block.normalize({"text": "I was asked.", "origin": "said", "by": ""}))


@pytest.mark.parametrize("address", ["", "javascript:alert(1)", "http://plain.example"])
def test_a_link_leads_to_a_page_or_a_safe_address(address):
    block = page_blocks.LinkBlock()
    with pytest.raises(blocks.StructBlockValidationError):
        block.clean(block.normalize({"page": None, "address": address}))


def test_a_table_needs_as_many_cells_as_headings():
    block = page_blocks.TableBlock()
    with pytest.raises(blocks.StructBlockValidationError):
        block.clean(block.normalize({"caption": "C", "heads": ["A", "B"], "rows": [{"cells": ["1"]}]}))


def test_what_an_editor_types_is_escaped():
    assert "<script>" not in draw(
        ("heading", {"text": "<script>", "level": "h2"}), ("numbers", {"numbers": [], "source": "<script>"})
    )
