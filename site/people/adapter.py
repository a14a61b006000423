"""Where allauth asks us: what to say, where to go after signing up, and who may take a second factor off."""

from __future__ import annotations

import logging
import smtplib
from typing import Any
from urllib.parse import urlencode, urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.utils import get_next_redirect_url
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _

from core import encryption, second_factor

LOG = logging.getLogger(__name__)
# Pages of people who are not here for their work: nobody asks an applicant for an employer.
NOT_AT_WORK = ("/join/", "/applications/", "/memberships/", "/claims/")


class AccountAdapter(DefaultAccountAdapter):
    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "account_inactive": _("This account is closed"),
        "duplicate_email": _("This is the address you use already"),
        "email_password_mismatch": _("The email address or the password is not right. Check both and try again"),
        "email_taken": _("This address cannot be used. Try another"),
        "enter_current_password": _("This is not your password. Enter the one you use now"),
        "incorrect_code": _("This is not the code we sent. Check it and enter it again"),
        "incorrect_password": _("This is not your password. Check it and try again"),
        "invalid_or_expired_key": _("This link has been used or is too old. Ask for another"),
        "invalid_password_reset": _("This link has been used or is too old. Ask for another"),
        "too_many_login_attempts": _("That was too many tries. Wait five minutes, then try again. Nothing is lost"),
        "rate_limited": _("That was too many tries. Wait a few minutes, then try again. Nothing is lost"),
        "same_as_current": _("This is the address you use already"),
    }

    def save_user(self, request, user, form, commit: bool = True):
        user.display_name = form.cleaned_data["display_name"]
        return super().save_user(request, user, form, commit)

    def post_login(self, request, user, *, signup: bool, redirect_url: str | None, **kwargs: Any):
        """After signing up, ask learners where they work; then go where they were going."""
        if signup:
            going_to = redirect_url or get_next_redirect_url(request) or reverse(settings.LOGIN_REDIRECT_URL)
            asking = f"{reverse('account:work')}?{urlencode({'next': going_to})}"
            redirect_url = going_to if going_to.startswith(NOT_AT_WORK) else asking
        return super().post_login(request, user, signup=signup, redirect_url=redirect_url, **kwargs)

    def is_safe_url(self, url: str | None) -> bool:
        """Nowhere but here: allauth would also go to the host of foreign content, which could show a log-in of its own."""
        ours = {urlsplit(settings.BASE_URL).netloc, self.request.get_host()}
        return url_has_allowed_host_and_scheme(url or "", allowed_hosts=ours)

    def get_password_change_redirect_url(self, request) -> str:
        return reverse("account:home")

    def get_email_verification_redirect_url(self, email_address) -> str:
        return reverse("account:home") if self.request.user.is_authenticated else reverse("account_login")

    def send_mail(self, template_prefix: str, email: str, context: dict) -> None:
        links = {name: _at_our_address(value) for name, value in context.items() if name.endswith("_url")}
        context = {"site_name": settings.SITE_NAME, "site_url": settings.BASE_URL, **context, **links}
        try:
            super().send_mail(template_prefix, email, context)
        except (smtplib.SMTPException, OSError):  # which holds the address. The page says the same to everybody
            LOG.error("A message about an account could not be delivered.")


class SecondFactorAdapter(DefaultMFAAdapter):
    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "cannot_delete_authenticator": _("Your work here needs the second step, so it cannot be turned off"),
        "cannot_generate_recovery_codes": _("Set up an authenticator app first"),
        "incorrect_code": _("This is not the code that holds now. Wait for the next one and enter that"),
        "unverified_email": _("Confirm your email address first"),
    }

    def encrypt(self, text: str) -> str:
        return encryption.seal(text)

    def decrypt(self, encrypted_text: str) -> str:
        return encryption.unseal(encrypted_text)

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """Whoever needs a second factor keeps one."""
        others = second_factor.in_use().filter(user=authenticator.user).exclude(pk=authenticator.pk)
        return not authenticator.user.needs_second_factor or others.exists()

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        return {"id": str(urlsplit(settings.BASE_URL).hostname), "name": settings.SITE_NAME}


def _at_our_address(url: str) -> str:
    """allauth writes links with the Host that the request named, port and all: a stranger's request for somebody's mail."""
    return settings.BASE_URL + urlsplit(url).path
