"""The desk of finance: the lists, and one claim with its decision. For everybody else none of it exists."""

from __future__ import annotations

import uuid
from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.mixins import LoginRequiredMixin
from django.core.paginator import Paginator
from django.forms import BaseForm, CharField
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET
from django.views.generic import FormView

from core import acts, audit, errors, money
from pages.forms import GovukForm
from people.models import User
from recompense import checks, claims, history, queues
from recompense.forms_finance import AskForm, LowerForm, RejectForm
from recompense.models import Claim, Line, Payee, Receipt
from recompense.models.hands import MAY_PAY, STAFF

PER_PAGE = 25
FORMS = {"ask": AskForm, "lower": LowerForm, "reject": RejectForm}
DECISIONS = ["check", "approve", *FORMS]
WHERE = {
    Claim.Status.SUBMITTED: _lazy("It waits to be checked."),
    Claim.Status.CHECKED: _lazy("It waits to be approved."),
    Claim.Status.APPROVED: _lazy("It waits for a payment run."),
    Claim.Status.IN_RUN: _lazy("It is in a payment run."),
    Claim.Status.PAID: _lazy("It is paid."),
    Claim.Status.REJECTED: _lazy("It is not paid."),
    Claim.Status.RETURNED: _lazy("It is back with them, with a question. What stands in it may change until they send it again."),
    Claim.Status.WITHDRAWN: _lazy("They withdrew it."),
}

# The lists ----------------------------------------------------------------------------------------


@login_required
@require_GET
@never_cache
def queue(request: HttpRequest) -> HttpResponse:
    """One list at a time: the one that was asked for, else the first that has something in it."""
    person = cast(User, request.user)
    found = {each: queues.standing(each) for each in queues.open_to(person)}
    if not found:
        raise Http404
    chosen = _chosen(found, request.GET.get("list"))
    page = Paginator(chosen.claims().only("pk"), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "queue": chosen,
        "standing": found[chosen],
        "tabs": [(each, standing.count) for each, standing in found.items()],
        "page_obj": page,
        "entries": queues.entries(page.object_list, person, chosen),
        "may_pay": person.has_perm(STAFF[MAY_PAY]),
    }
    return render(request, "recompense/finance/queue.html", context)


def _chosen(found: dict[queues.Queue, queues.Standing], name: str | None) -> queues.Queue:
    named = [each for each in found if each.act == name]
    filled = [each for each in found if found[each].count]
    return [*named, *filled, *found][0]


# One claim ----------------------------------------------------------------------------------------


@login_required
@require_GET
@never_cache
def claim(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    return _show(request, key)


@method_decorator(never_cache, name="dispatch")
class Decide(LoginRequiredMixin, FormView):
    """One decision on one claim. Done: the next claim of the list opens. Refused: the same one, with what was typed."""

    form_class: type[BaseForm] = GovukForm
    act = ""
    claim: Claim

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return redirect("recompense:decide", kwargs["key"])  # somebody had to sign in again, or loads the page anew

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.claim = get_object_or_404(Claim.objects.sent_to(request.user).select_related("claimant"), key=kwargs["key"])
        return super().post(request, *args, **kwargs)

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "auto_id": f"{self.act}_%s"}

    def form_valid(self, form: BaseForm) -> HttpResponse:
        waiting, person = queues.of(self.claim), cast(User, self.request.user)
        try:
            said = self.decide(form.cleaned_data, {"by": person, "seen": self.seen})
        except errors.DomainError as error:
            said = self.is_late(error) and history.already(self.claim, person)
            form.add_error(error.field if error.field in form.fields else None, said or str(error))
            return self.form_invalid(form)
        messages.success(self.request, said)
        return redirect(self.afterwards(waiting))

    def form_invalid(self, form: BaseForm) -> HttpResponse:
        return _show(self.request, self.claim.key, self.act, form)

    def decide(self, given: dict[str, Any], hand: dict[str, Any]) -> str:
        """Do it, and say what was done. `hand`: whose it is, and which state of the claim they saw."""
        raise NotImplementedError

    def afterwards(self, waiting: queues.Queue | None) -> str:
        following = waiting and queues.next_for(cast(User, self.request.user), waiting, self.claim)
        return _address(following) if following else reverse("recompense:queue")

    def is_late(self, error: errors.DomainError) -> bool:
        """Decided since they looked. A question is then no longer a checker's, so that it is refused as not theirs."""
        has_moved = self.seen not in {None, audit.latest(self.claim)}
        return isinstance(error, errors.WrongState) or (isinstance(error, errors.NotAllowed) and has_moved)

    @property
    def seen(self) -> int | None:
        number = self.request.POST.get("seen", "")
        return int(number) if number.isascii() and number.isdigit() and len(number) < 19 else None

    @property
    def facts(self) -> dict[str, str]:
        return {"name": self.claim.name, "sum": money.text(sum(claims.totals(self.claim)))}


class Check(Decide):
    act = "check"

    def decide(self, given: dict[str, Any], hand: dict[str, Any]) -> str:
        claims.check(self.claim, **hand)
        return _("%(name)s: %(sum)s is passed for approval.") % self.facts


class Approve(Decide):
    act = "approve"

    def decide(self, given: dict[str, Any], hand: dict[str, Any]) -> str:
        claims.approve(self.claim, **hand)
        return _("%(name)s: %(sum)s is approved.") % self.facts


class Ask(Decide):
    act = "ask"
    form_class = AskForm

    def decide(self, given: dict[str, Any], hand: dict[str, Any]) -> str:
        claims.ask(self.claim, given["question"], **hand)
        return _("%(name)s: your question is sent. The claim comes back when they have answered.") % self.facts


class Reject(Decide):
    act = "reject"
    form_class = RejectForm

    def decide(self, given: dict[str, Any], hand: dict[str, Any]) -> str:
        claims.reject(self.claim, given["reason"], **hand)
        return _("%(name)s: this claim is not paid, and they can read why.") % self.facts


class Lower(Decide):
    act = "lower"
    form_class = LowerForm

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "lines": self.claim.lines.select_related("rate")}

    def decide(self, given: dict[str, Any], hand: dict[str, Any]) -> str:
        line = claims.lower(given["line"], given["allowed"], given["reason"], **hand)
        return _("%(cost)s: we now pay %(paid)s.") % {"cost": given["line"].rate.label, "paid": money.text(line.counted)}

    def afterwards(self, waiting: queues.Queue | None) -> str:
        return _address(self.claim)


def _address(claim: Claim) -> str:
    """With the focus on its heading."""
    return f"{reverse('recompense:decide', args=[claim.key])}#claim"


def _show(request: HttpRequest, key: uuid.UUID, act: str = "", form: BaseForm | None = None) -> HttpResponse:
    """The page of a claim, with the form of an act that was refused."""
    person = cast(User, request.user)
    # The number first: an act that comes between the two makes it too old, and then nothing is decided by it.
    seen = audit.latest(get_object_or_404(Claim.objects.sent_to(person), key=key))
    found = Claim.objects.select_related("claimant", "attendance", "payment__run").get(key=key)
    offered = acts.offered({name: claims.acting(name, found) for name in DECISIONS}, found, person)
    context = {
        "claim": found,
        "seen": seen,
        **_facts(found),
        **_list(found, person),
        "offered": offered,
        "why_not": _why_not(found, person),
        "where": WHERE[Claim.Status(found.status)],
        "forms": {name: form if name == act else _empty(name, found) for name in FORMS if name in offered},
        "form": form if act in offered else None,
        "refused": form if form and act not in offered else None,
        "typed": _typed(form) if form and act not in offered else [],
    }
    return render(request, "recompense/finance/claim.html", context, status=422 if form else 200)


def _facts(found: Claim) -> dict[str, Any]:
    """What stands in it, as far as it is finance's to see."""
    lines = [] if found.status in Claim.WITH_CLAIMANT else list(_lines(found))
    return {
        "lines": lines,
        "total": money.pounds(sum(line.counted for line in lines)),
        "claimed": money.pounds(sum(line.amount or 0 for line in lines)),
        "is_lowered": any(line.allowed is not None for line in lines),
        "receipts": [each for line in lines for each in _pages(line)],
        "findings": checks.of(found, lines) if lines else [],
        "history": history.of(found),
        "ending": _ending(found),
        "days": checks.days_waiting(found),
    }


def _pages(line: Line) -> list[tuple[Line, Receipt, int]]:
    return [(line, receipt, page) for receipt in line.receipts.all() for page in range(1, receipt.pages + 1)]


def _lines(found: Claim):
    return found.lines.select_related("rate__card").prefetch_related("receipts")


def _ending(found: Claim) -> str:
    """Of the account that it went to; before that, of the account that its owner has now."""
    account = found.payment or Payee.objects.filter(person=found.claimant_id).first()
    return account.ending if account else ""


def _list(found: Claim, person: User) -> dict[str, Any]:
    """The list beside it: the one that it waits in, else the reader's first."""
    mine = queues.open_to(person)
    shown = next((each for each in mine if each.status == found.status), mine[0])
    following = queues.following(shown, found)
    return {
        "queue": shown,
        "standing": queues.standing(shown),
        "entries": queues.entries(queues.around(shown, found), person, shown),
        "following": following,
    }


def _why_not(found: Claim, person: User) -> object:
    waiting = queues.of(found)
    return acts.why_not(claims.ACTS[waiting.act], found, person) if waiting else ""


def _empty(name: str, found: Claim) -> BaseForm:
    more = {"lines": found.lines.select_related("rate")} if name == "lower" else {}
    return FORMS[name](auto_id=f"{name}_%s", **more)


def _typed(form: BaseForm) -> list[tuple[Any, str]]:
    return [(field.label, field.value()) for field in form if isinstance(field.field, CharField) and field.value()]
