"""Where the interface listens to allauth, which calls nobody of ours."""

from __future__ import annotations

from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "api"
    verbose_name = "API"

    def ready(self) -> None:
        from allauth.account import signals as of_accounts  # models must be loaded first
        from allauth.mfa import signals as of_factors

        from api import tokens

        for signal in [of_accounts.password_changed, of_accounts.password_reset, of_accounts.password_set]:
            signal.connect(tokens.end_with_password, dispatch_uid="api.tokens")
        of_factors.authenticator_removed.connect(tokens.end_with_second_factor, dispatch_uid="api.tokens")
