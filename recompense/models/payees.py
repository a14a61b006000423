"""Where somebody's money goes. Nothing of it can be read or compared without the keys."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.encryption import EncryptedTextField


class PayeeQuerySet(models.QuerySet["Payee"]):
    def visible_to(self, user) -> PayeeQuerySet:
        """One's own. What finance sees of an account stands on its payment."""
        return self.filter(person=user) if user.is_authenticated else self.none()


class Payee(models.Model):
    """A person's bank account. `account_index` finds the same account elsewhere without reading it."""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    person = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="payee")
    name_on_account = EncryptedTextField(_("name on the account"))
    sort_code = EncryptedTextField(_("sort code"))
    account_number = EncryptedTextField(_("account number"))
    roll_number = EncryptedTextField(_("building society roll number"), blank=True)
    account_index = models.CharField(max_length=64, db_index=True, editable=False)
    changed_at = models.DateTimeField(default=timezone.now)

    objects = PayeeQuerySet.as_manager()

    class Meta:
        verbose_name = _("payee")

    def __str__(self) -> str:
        return str(self.key)

    @property
    def audit_key(self) -> uuid.UUID:
        return self.key

    @property
    def ending(self) -> str:
        """The last four figures of the account, which is all that a screen shows."""
        return self.account_number[-4:]
