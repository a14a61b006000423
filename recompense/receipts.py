"""Taking a photo or PDF of a receipt in: checked by what it is and not by its name, kept privately, shown only as a picture.

A photo is drawn anew, so that nothing but the picture is kept: no place, no time, no name of a telephone. A PDF is kept as
it came and never sent to anybody: its pages are drawn when somebody who may see it looks.
"""

from __future__ import annotations

import hashlib
import io
import threading
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import IO

import pillow_heif
import pypdfium2
from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import formats, timezone
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
MOST_RECEIPTS = 40  # in one claim
LONGEST_SIDE = 2400  # pixels: a long till roll can still be read
PDF_SCALE = 2  # 144 dots to the inch
PDFIUM = threading.Lock()  # PDFium is not safe in several threads
PICTURES = ("JPEG", "PNG", "HEIF")
FOLDER = "receipts"

pillow_heif.register_heif_opener()


@dataclass(frozen=True)
class Taken:
    """A file that was looked at and found good: what of it is kept."""

    kind: Receipt.Kind
    content: bytes
    pages: int
    digest: str


def of(claim: Claim) -> QuerySet[Receipt]:
    return Receipt.objects.filter(claim=claim)


def visible_to(user) -> QuerySet[Receipt]:
    """Whoever may read a claim may see its receipts. One that waits for its cost is its owner's alone."""
    mine = Q(claim__in=Claim.objects.own(user))
    return Receipt.objects.filter(mine | Q(claim__in=Claim.objects.legible_to(user), line__isnull=False)).select_related("claim")


def waiting(claim: Claim) -> QuerySet[Receipt]:
    """Those whose cost could not be kept yet."""
    return of(claim).filter(line=None)


def add(line: Line, upload: IO[bytes], *, by: User) -> Receipt:
    """Keep a receipt for a line. The same file again for the same line: the receipt that is there."""
    return _keep(line.claim, line, upload, by=by)


def hold(claim: Claim, upload: IO[bytes], *, by: User) -> Receipt:
    """Keep a receipt before its cost is right, so that nobody has to send it twice. `claims.add_line` gives it its line."""
    return _keep(claim, None, upload, by=by)


def place(held: Iterable[Receipt], line: Line) -> None:
    """Give a line the receipts that were held for it. Called under the lock of `claims.add_line`."""
    for receipt in of(line.claim).filter(line=None, pk__in=[each.pk for each in held]):
        _judge_used(line.claim, line, receipt.digest)
        receipt.line = line
        receipt.save(update_fields=["line"])


@transaction.atomic
def remove(receipt: Receipt, *, by: User) -> None:
    acts.judge(WRITE, workflow.lock(receipt.claim), by=by)
    delete(Receipt.objects.filter(pk=receipt.pk))


def picture(receipt: Receipt, page: int) -> bytes:
    """One page as JPEG. Pages are counted from 1."""
    with receipt.file.open("rb") as file:
        content = file.read()
    return _draw(content, page - 1) if receipt.kind == Receipt.Kind.PDF else content


def delete(receipts: QuerySet[Receipt]) -> None:
    """With their files: those go when the transaction commits, so that an act that is refused loses nothing."""
    for receipt in receipts:
        transaction.on_commit(partial(receipt.file.storage.delete, str(receipt.file)), robust=True)
    receipts.delete()


def sweep() -> None:
    """Delete files that no row knows: what is left where an act was broken off. Called once a day."""
    storage = Receipt._meta.get_field("file").storage
    known = set(Receipt.objects.values_list("file", flat=True))
    found = [f"{FOLDER}/{name}" for name in storage.listdir(FOLDER)[1]] if storage.exists(FOLDER) else []
    yesterday = timezone.now() - timedelta(days=1)
    for name in found:
        if name not in known and storage.get_modified_time(name) < yesterday:
            storage.delete(name)


def used_by_others(claim: Claim) -> bool:
    """Whether somebody else has claimed with the same file: for a checker's eyes."""
    digests = of(claim).exclude(line=None).values("digest")
    same = Receipt.objects.filter(digest__in=digests).exclude(line=None)
    return same.exclude(claim__claimant=claim.claimant_id).exclude(claim__in=_gone()).exists()


def also_with(line: Line) -> list[str]:
    """The other costs of its claim that its files stand with. One receipt can show two."""
    same = Line.objects.filter(claim=line.claim_id, receipts__digest__in=line.receipts.values("digest")).exclude(pk=line.pk)
    return list(dict.fromkeys(same.values_list("rate__label", flat=True)))


# Keeping ------------------------------------------------------------------------------------------


def _keep(claim: Claim, line: Line | None, upload: IO[bytes], *, by: User) -> Receipt:
    """Drawing a large photo takes seconds, so that it comes before anything is locked."""
    taken = _take(_read(upload))
    with transaction.atomic():
        User.objects.select_for_update().get(pk=by.pk)  # two claims of one person with one photo: one after the other
        claim = workflow.lock(claim)
        acts.judge(WRITE, claim, by=by)
        present = of(claim).filter(line=line, digest=taken.digest).first()
        return present or _write(claim, line, taken, by=by)


def _write(claim: Claim, line: Line | None, taken: Taken, *, by: User) -> Receipt:
    _judge_used(claim, line, taken.digest)
    if of(claim).count() >= MOST_RECEIPTS:
        message = _("A claim takes up to %(most)s photos. Remove one, or send us the rest by email")
        raise _refused(message % {"most": MOST_RECEIPTS}, "too_many")
    facts = {"kind": taken.kind, "pages": taken.pages, "size": len(taken.content), "digest": taken.digest}
    receipt = Receipt(claim=claim, line=line, **facts)
    ending = "pdf" if taken.kind == Receipt.Kind.PDF else "jpg"
    receipt.file.save(f"{uuid.uuid4()}.{ending}", ContentFile(taken.content), save=False)
    receipt.save()
    audit.record("receipt.add", claim, by=by)
    return receipt


def _judge_used(claim: Claim, line: Line | None, digest: str) -> None:
    """The claimant's own. Somebody else's is a matter for the checker, and none of theirs."""
    same = Receipt.objects.filter(digest=digest, claim__claimant=claim.claimant_id).exclude(line=None)
    elsewhere = same.exclude(claim__in=_gone()).exclude(claim=claim).select_related("claim").first()
    if elsewhere:
        day = formats.date_format(elsewhere.claim.day, "j F Y")
        raise _refused(_("You have used this receipt already, in your claim for %(day)s") % {"day": day}, "used_already")
    if line and same.filter(claim=claim, line__rate=line.rate_id).exclude(line=line).exists():
        message = _("This photo is with another “%(cost)s” of this claim already. One receipt pays for one cost")
        raise _refused(message % {"cost": line.rate.label}, "used_here")


def _gone() -> QuerySet[Claim]:
    return Claim.objects.filter(status__in=[Claim.Status.WITHDRAWN, Claim.Status.REJECTED])


# Looking at what was sent -------------------------------------------------------------------------


def _read(upload: IO[bytes]) -> bytes:
    """A larger file stays where the web put it, on disk: no more than the limit is ever read."""
    size = getattr(upload, "size", None) or 0
    content = b"" if size > MOST_BYTES else upload.read(MOST_BYTES + 1)
    if max(size, len(content)) > MOST_BYTES:
        raise _refused(_("The file is larger than 20 MB. Take a smaller photo, or scan in black and white"), "too_large")
    if not content:
        raise _refused(_("The file is empty. Take the photo again"), "empty")
    return content


def _take(content: bytes) -> Taken:
    digest = hashlib.sha256(content).hexdigest()
    if content[:1024].lstrip().startswith(b"%PDF-"):
        return Taken(Receipt.Kind.PDF, content, _count_pages(content), digest)
    return Taken(Receipt.Kind.JPEG, _photo(content), 1, digest)


def _photo(content: bytes) -> bytes:
    try:
        opened = Image.open(io.BytesIO(content), formats=PICTURES)  # reads the head alone
        _judge_pixels(opened)
        picture = _upright(opened)
    except Image.DecompressionBombError as error:
        raise _too_many_pixels() from error
    except (OSError, ValueError, SyntaxError, EOFError) as error:
        raise _refused(_("We cannot read this file. Send a photo (JPEG, PNG or HEIC) or a PDF"), "not_a_receipt") from error
    kept = io.BytesIO()
    picture.info = {}  # a comment would be written out again
    picture.save(kept, "JPEG", quality=85, optimize=True)
    return kept.getvalue()


def _judge_pixels(opened: Image.Image) -> None:
    if opened.width * opened.height > MOST_PIXELS:
        raise _too_many_pixels()


def _too_many_pixels() -> errors.DomainError:
    return _refused(_("The photo has too many pixels. Take a smaller one"), "too_many_pixels")


def _upright(opened: Image.Image) -> Image.Image:
    """Small first, which spares memory; then as it was held; and on white paper where it lets something through."""
    opened.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
    has_holes = opened.has_transparency_data
    picture = opened.convert("RGBA" if has_holes else "RGB")
    picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    picture = ImageOps.exif_transpose(picture)
    if not has_holes:
        return picture
    paper = Image.new("RGB", picture.size, "white")
    paper.paste(picture, mask=picture.getchannel("A"))
    return paper


def _count_pages(content: bytes) -> int:
    """Each is drawn, small, so that nothing is kept that nobody can look at later."""
    try:
        with PDFIUM, pypdfium2.PdfDocument(content) as document:
            pages = len(document)
            for index in range(min(pages, MOST_PAGES)):
                _render(document, index, longest=64)
    except (pypdfium2.PdfiumError, ValueError) as error:
        if "password" in str(error).lower():
            raise _refused(_("This PDF is locked with a password. Save a copy without one, or take a photo"), "locked") from error
        raise _refused(_("We cannot read this PDF. Take a photo of it"), "not_a_receipt") from error
    if not 1 <= pages <= MOST_PAGES:
        raise _refused(_("A PDF may have up to %(most)s pages") % {"most": MOST_PAGES}, "too_many_pages")
    return pages


def _draw(content: bytes, index: int) -> bytes:
    drawn = io.BytesIO()
    with PDFIUM, pypdfium2.PdfDocument(content) as document:
        _render(document, index, longest=LONGEST_SIDE).convert("RGB").save(drawn, "JPEG", quality=85)
    return drawn.getvalue()


def _render(document: pypdfium2.PdfDocument, index: int, *, longest: int) -> Image.Image:
    page = document[index]
    width, height = page.get_size()
    if min(width, height) < 1:
        raise ValueError("A page without an area")
    return page.render(scale=min(PDF_SCALE, longest / max(width, height))).to_pil()


def _refused(message: str, code: str) -> errors.DomainError:
    return errors.DomainError(message, code=f"receipt_{code}", field="receipt")
