"""Receipts of shops that do not exist, drawn as a telephone would photograph them."""

from __future__ import annotations

import hashlib
import io

from django.core.files.base import ContentFile
from django.utils import formats
from PIL import Image, ImageDraw, ImageFont

from core import pdf
from recompense.models import Claim, Receipt
from recompense.receipts import Taken

TYPEFACE = pdf.FONTS / "AtkinsonHyperlegibleNext_400Regular.ttf"


def till_roll(what: str, amount: str, claim: Claim) -> ContentFile:
    """White paper on a dark table: what it was for, the day, and the sum. No two are alike to the byte."""
    picture = Image.new("RGB", (900, 1200), "#6b5a4a")
    draw = ImageDraw.Draw(picture)
    draw.rectangle((150, 90, 750, 1110), fill="#fbfaf4")
    day = formats.date_format(claim.day, "j F Y")
    lines = [("Example Till", 54), (day, 36), ("", 36), (what, 36), (f"£{amount}", 64), ("", 36), ("Paid by card", 36)]
    top = 160
    for text, size in [*lines, (f"No. {claim.reference}", 30)]:
        draw.text((200, top), text, fill="#22142a", font=ImageFont.truetype(str(TYPEFACE), size))
        top += round(size * 1.6)
    content = io.BytesIO()
    picture.save(content, "JPEG", quality=80)
    return ContentFile(content.getvalue(), name="receipt.jpg")


def taken(photo: ContentFile) -> Taken:
    """As `receipts.take` would give it. Our own drawing holds nothing that a process of its own would have to take out."""
    content = photo.read()
    return Taken(Receipt.Kind.JPEG, content, [content], hashlib.sha256(content).hexdigest())
