"""Taking a photo or PDF of a receipt in: checked by what it is and not by its name, kept privately, shown only as a picture.

A photo is drawn anew (`core.uploads`), so that nothing but the picture is kept. A PDF is kept as it came and never sent to
anybody: its pages are drawn when it comes, and stand beside it as pictures.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from typing import IO

from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import formats
from django.utils.translation import gettext as _

from core import acts, audit, errors, private_files, uploads, workflow
from people.models import User
from recompense.models import Claim, Line, Receipt
from recompense.models.hands import CLAIMANT

WRITE = acts.Act(CLAIMANT, frozenset({Claim.Status.DRAFT, Claim.Status.RETURNED}))
MOST_RECEIPTS = 40  # in one claim
FOLDER = "receipts"


@dataclass(frozen=True)
class Taken:
    """A file that was looked at and found good: what of it is kept."""

    kind: Receipt.Kind
    content: bytes
    pages: list[bytes]
    digest: str


def take(upload: IO[bytes]) -> Taken:
    """Look at a file and draw it. That takes seconds, so that it comes before anything is locked."""
    drawn = uploads.draw(upload, field="receipt")
    kind, kept = (Receipt.Kind.PDF, drawn.content) if drawn.is_pdf else (Receipt.Kind.JPEG, drawn.pages[0])
    return Taken(kind, kept, drawn.pages, drawn.digest)


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
    return keep(line, take(upload), by=by)


def keep(line: Line, taken: Taken, *, by: User) -> Receipt:
    """The same, for a file that was looked at before."""
    return _keep(line.claim, line, taken, by=by)


def hold(claim: Claim, upload: IO[bytes], *, by: User) -> Receipt:
    """Keep a receipt before its cost is right, so that nobody has to send it twice. `claims.add_line` gives it its line."""
    return _keep(claim, None, take(upload), by=by)


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
    with receipt.file.storage.open(_pictures(receipt)[page - 1]) as file:
        return file.read()


def delete(receipts: QuerySet[Receipt]) -> None:
    """With their files: those go when the transaction commits, so that an act that is refused loses nothing."""
    for receipt in receipts:
        for name in _files(receipt):
            transaction.on_commit(partial(receipt.file.storage.delete, name), robust=True)
    receipts.delete()


def sweep() -> None:
    """Delete files that no row knows: what is left where an act was broken off. Called once a day."""
    known = {name for receipt in Receipt.objects.only("file", "kind", "pages").iterator() for name in _files(receipt)}
    private_files.sweep(Receipt._meta.get_field("file").storage, FOLDER, known)


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


def _keep(claim: Claim, line: Line | None, taken: Taken, *, by: User) -> Receipt:
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
    facts = {"kind": taken.kind, "pages": len(taken.pages), "size": len(taken.content), "digest": taken.digest}
    receipt = Receipt(claim=claim, line=line, **facts)
    ending = "pdf" if taken.kind == Receipt.Kind.PDF else "jpg"
    receipt.file.save(f"{uuid.uuid4()}.{ending}", ContentFile(taken.content), save=False)
    if taken.kind == Receipt.Kind.PDF:
        _write_pages(receipt, taken.pages)
    receipt.save()
    audit.record("receipt.add", claim, by=by)
    return receipt


def _write_pages(receipt: Receipt, pages: list[bytes]) -> None:
    for name, page in zip(_pictures(receipt), pages, strict=True):
        receipt.file.storage.save(name, ContentFile(page))


def _pictures(receipt: Receipt) -> list[str]:
    """The file of each page. Those of a PDF are named for it, a photo is its own."""
    name = str(receipt.file)
    if receipt.kind == Receipt.Kind.JPEG:
        return [name]
    return [f"{name.removesuffix('.pdf')}-{page}.jpg" for page in range(1, receipt.pages + 1)]


def _files(receipt: Receipt) -> set[str]:
    return {str(receipt.file), *_pictures(receipt)}


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


def _refused(message: str, code: str) -> errors.DomainError:
    return errors.DomainError(message, code=f"receipt_{code}", field="receipt")
