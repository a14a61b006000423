"""Taking a photo or PDF of a receipt in: checked by what it is and not by its name, kept privately, shown only as a picture.

A photo is drawn anew, so that nothing but the picture is kept: no place, no time, no name of a telephone. A PDF is kept as
it came and never sent to anybody: its pages are drawn when somebody who may see it looks.
"""

from __future__ import annotations

import hashlib
import io
import threading
import uuid
import warnings
from functools import partial
from typing import IO

import pillow_heif
import pypdfium2
from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import QuerySet
from django.utils import formats
from django.utils.translation import gettext as _
from PIL import Image, ImageOps

from core import acts, audit, errors, workflow
from people.models import User
from recompense.models import Claim, Line, Receipt
from recompense.models.hands import CLAIMANT

WRITE = acts.Act(CLAIMANT, frozenset({Claim.Status.DRAFT, Claim.Status.RETURNED}))
MOST_BYTES = 20 * 1024 * 1024
MOST_PIXELS = 60_000_000
MOST_PAGES = 10
LONGEST_SIDE = 2400  # pixels: a long till roll can still be read
PDF_SCALE = 2  # 144 dots to the inch
PDFIUM = threading.Lock()  # PDFium is not safe in several threads
PICTURES = ("JPEG", "PNG", "HEIF")

pillow_heif.register_heif_opener()


def of(claim: Claim) -> QuerySet[Receipt]:
    return Receipt.objects.filter(line__claim=claim)


def visible_to(user) -> QuerySet[Receipt]:
    """Whoever may see a claim may see its receipts."""
    return Receipt.objects.filter(line__claim__in=Claim.objects.visible_to(user)).select_related("line__claim")


@transaction.atomic
def add(line: Line, upload: IO[bytes], *, by: User) -> Receipt:
    """Keep a receipt for a line. The same file again for the same line: the receipt that is there."""
    claim = workflow.lock(line.claim)
    acts.judge(WRITE, claim, by=by)
    content = _read(upload)
    digest = hashlib.sha256(content).hexdigest()
    present = line.receipts.filter(digest=digest).first()
    if present:
        return present
    _judge_used(claim, digest)
    kind, kept, pages = _take(content)
    receipt = Receipt(line=line, kind=kind, pages=pages, size=len(kept), digest=digest)
    receipt.file.save(f"{uuid.uuid4()}.{'pdf' if kind == Receipt.Kind.PDF else 'jpg'}", ContentFile(kept), save=False)
    receipt.save()
    audit.record("receipt.add", claim, by=by)
    return receipt


@transaction.atomic
def remove(receipt: Receipt, *, by: User) -> None:
    claim = workflow.lock(receipt.line.claim)
    acts.judge(WRITE, claim, by=by)
    delete_files(Receipt.objects.filter(pk=receipt.pk))
    receipt.delete()


def picture(receipt: Receipt, page: int) -> bytes:
    """One page as JPEG. Pages are counted from 1."""
    content = receipt.file.read()
    return _draw(content, page - 1) if receipt.kind == Receipt.Kind.PDF else content


def delete_files(receipts: QuerySet[Receipt]) -> None:
    """When the transaction commits, so that an act that is refused loses nothing."""
    for receipt in receipts:
        transaction.on_commit(partial(receipt.file.storage.delete, str(receipt.file)))


def used_by_others(claim: Claim) -> bool:
    """Whether somebody else has claimed with the same file: for a checker's eyes."""
    digests = of(claim).values("digest")
    return Receipt.objects.filter(digest__in=digests).exclude(line__claim=claim).exclude(line__claim__in=_gone()).exists()


# Checking -----------------------------------------------------------------------------------------


def _read(upload: IO[bytes]) -> bytes:
    content = upload.read(MOST_BYTES + 1)
    if not content:
        raise _refused(_("The file is empty. Take the photo again"), "empty")
    if len(content) > MOST_BYTES:
        raise _refused(_("The file is larger than 20 MB. Take a smaller photo, or scan in black and white"), "too_large")
    return content


def _take(content: bytes) -> tuple[Receipt.Kind, bytes, int]:
    """The kind, what is kept, and how many pages."""
    if content.lstrip()[:5] == b"%PDF-":
        return Receipt.Kind.PDF, content, _count_pages(content)
    return Receipt.Kind.JPEG, _photo(content), 1


def _photo(content: bytes) -> bytes:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            opened = Image.open(io.BytesIO(content), formats=PICTURES)
            if opened.width * opened.height > MOST_PIXELS:
                raise _refused(_("The photo has too many pixels. Take a smaller one"), "too_many_pixels")
            picture = ImageOps.exif_transpose(opened).convert("RGB")
            picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    except (OSError, ValueError, SyntaxError, EOFError, Image.DecompressionBombWarning, Image.DecompressionBombError) as error:
        raise _refused(_("We cannot read this file. Send a photo (JPEG, PNG or HEIC) or a PDF"), "not_a_receipt") from error
    kept = io.BytesIO()
    picture.save(kept, "JPEG", quality=85, optimize=True)
    return kept.getvalue()


def _count_pages(content: bytes) -> int:
    try:
        with PDFIUM, pypdfium2.PdfDocument(content) as document:
            pages = len(document)
    except pypdfium2.PdfiumError as error:
        if "password" in str(error).lower():
            raise _refused(_("This PDF is locked with a password. Save a copy without one, or take a photo"), "locked") from error
        raise _refused(_("We cannot read this PDF. Take a photo of it"), "not_a_receipt") from error
    if not 1 <= pages <= MOST_PAGES:
        raise _refused(_("A PDF may have up to %(most)s pages") % {"most": MOST_PAGES}, "too_many_pages")
    return pages


def _draw(content: bytes, index: int) -> bytes:
    drawn = io.BytesIO()
    with PDFIUM, pypdfium2.PdfDocument(content) as document:
        page = document[index]
        scale = min(PDF_SCALE, LONGEST_SIDE / max(page.get_size()))
        page.render(scale=scale).to_pil().convert("RGB").save(drawn, "JPEG", quality=85)
    return drawn.getvalue()


def _judge_used(claim: Claim, digest: str) -> None:
    """The claimant's own other claims. Somebody else's is a matter for the checker, and none of theirs."""
    others = Receipt.objects.filter(digest=digest, line__claim__claimant=claim.claimant_id).exclude(line__claim__in=_gone())
    used = others.exclude(line__claim=claim).select_related("line__claim").first()
    if used:
        day = formats.date_format(used.line.claim.day, "j F Y")
        raise _refused(_("You have used this receipt already, in your claim for %(day)s") % {"day": day}, "used_already")


def _gone() -> QuerySet[Claim]:
    return Claim.objects.filter(status__in=[Claim.Status.WITHDRAWN, Claim.Status.REJECTED])


def _refused(message: str, code: str) -> errors.DomainError:
    return errors.DomainError(message, code=f"receipt_{code}", field="receipt")
