"""The account: one page that shows what it holds, and a small page for each change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from allauth.account.internal.flows.login import record_authentication
from allauth.account.utils import get_next_redirect_url
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import DeactivateTOTPForm
from allauth.mfa.totp.views import ActivateTOTPView
from allauth.mfa.webauthn.views import RemoveWebAuthnView
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.mixins import LoginRequiredMixin
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse_lazy
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.generic import FormView

from core import errors
from people import affiliations, consent, contact, names
from people.forms import LANGUAGES, ConsentForm, ContactForm, NameForm, WorkForm
from people.models import User

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


@never_cache
@login_required
def home(request: HttpRequest) -> HttpResponse:
    person = cast(User, request.user)
    context = {
        "affiliation": affiliations.current(person),
        "written_in": dict(LANGUAGES).get(person.language, ""),
        "consents": [purpose.title for name, purpose in consent.PURPOSES.items() if consent.in_force(person, name)],
        "has_second_factor": Authenticator.objects.filter(user=person).exists(),
        "sessions": UserSession.objects.filter(user=person).count(),
    }
    return render(request, "people/home.html", context)


@method_decorator(never_cache, name="dispatch")
class Change(LoginRequiredMixin, FormView):
    """A page with one form about the person who is signed in. A refused act shows beside its field."""

    success_url = reverse_lazy("account:home")
    said: StrOrPromise = ""

    @property
    def person(self) -> User:
        return cast(User, self.request.user)

    def act(self, form: BaseForm) -> None:
        raise NotImplementedError

    def form_valid(self, form: BaseForm) -> HttpResponse:
        try:
            self.act(form)
        except errors.DomainError as error:
            form.add_error(error.field if error.field in form.fields else None, str(error))
            return self.form_invalid(form)
        messages.success(self.request, self.said)
        return super().form_valid(form)


class ChangeName(Change):
    template_name = "people/name.html"
    form_class = NameForm
    said = _("Your name has changed, everywhere.")

    def get_form_kwargs(self) -> dict[str, Any]:
        # A copy: a refused form must not rename the person in the page's own header.
        return {**super().get_form_kwargs(), "instance": User.objects.get(pk=self.person.pk)}

    def act(self, form: BaseForm) -> None:
        names.change(self.person, form.cleaned_data["display_name"], by=self.person, pronouns=form.cleaned_data["pronouns"])


class ChangeContact(Change):
    template_name = "people/contact.html"
    form_class = ContactForm
    said = _("We have changed how we contact you.")

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "instance": User.objects.get(pk=self.person.pk)}

    def act(self, form: BaseForm) -> None:
        contact.change(self.person, by=self.person, **form.cleaned_data)


class ChangeWork(Change):
    """Where somebody works: asked after signing up, and open at any time."""

    template_name = "people/work.html"
    form_class = WorkForm
    said = _("We have noted where you work.")

    def get_initial(self) -> dict[str, Any]:
        now = affiliations.current(self.person)
        return {"organisation": now.organisation_id, "staff_group": now.staff_group_id} if now else {}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        # get_next_redirect_url refuses addresses of other hosts.
        return super().get_context_data(next=get_next_redirect_url(self.request), **kwargs)

    def get_success_url(self) -> str:
        return get_next_redirect_url(self.request) or super().get_success_url()

    def act(self, form: BaseForm) -> None:
        data = form.cleaned_data
        affiliations.set_affiliation(self.person, data["organisation"], data["staff_group"], by=self.person)


class ChangeConsents(Change):
    template_name = "people/consents.html"
    form_class = ConsentForm
    said = _("We have noted what you agree to.")

    def get_initial(self) -> dict[str, Any]:
        return {name: bool(consent.in_force(self.person, name)) for name in consent.PURPOSES}

    def act(self, form: BaseForm) -> None:
        for name in consent.PURPOSES:
            act = consent.give if form.cleaned_data[name] else consent.withdraw
            act(self.person, name, by=self.person)


class ActivateSecondFactor(ActivateTOTPView):
    """Setting up an authenticator app proves it: the session then holds the second factor, and need not ask again."""

    def form_valid(self, form: BaseForm) -> HttpResponse:
        response = super().form_valid(form)
        record_authentication(self.request, self.request.user, method="mfa", type=Authenticator.Type.TOTP)
        return response


class RemovePasskey(RemoveWebAuthnView):
    """allauth asks whether an authenticator app may go, and of a passkey it does not: here the app's form asks for both."""

    form_class = DeactivateTOTPForm

    def get_form_kwargs(self) -> dict[str, Any]:
        return {"data": {}, **super().get_form_kwargs(), "authenticator": self.object}  # the page says at once if it may not
