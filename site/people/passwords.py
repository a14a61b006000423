"""Django's three checks of a password, saying what to do instead of what is wrong."""

from django.contrib.auth import password_validation
from django.utils.translation import gettext as _


class LongEnough(password_validation.MinimumLengthValidator):
    def get_error_message(self) -> str:
        return _("Enter a password of at least %(count)d characters") % {"count": self.min_length}


class NotCommon(password_validation.CommonPasswordValidator):
    def get_error_message(self) -> str:
        return _("Enter a password that is harder to guess: this one is on a list of common passwords")


class NotLikeTheirName(password_validation.UserAttributeSimilarityValidator):
    def get_error_message(self) -> str:
        return _("Enter a password that is less like your name or email address")
