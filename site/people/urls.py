"""The addresses of the account. Signing in and up, passwords and the second factor are allauth's, beside these."""

from django.conf import settings
from django.urls import include, path

from people import views

account = [
    path("", views.home, name="home"),
    path("name/", views.ChangeName.as_view(), name="name"),
    path("contact/", views.ChangeContact.as_view(), name="contact"),
    path("work/", views.ChangeWork.as_view(), name="work"),
    path("consents/", views.ChangeConsents.as_view(), name="consents"),
]

urlpatterns = [
    path("", include((account, "account"))),
    path("2fa/totp/activate/", views.ActivateSecondFactor.as_view(), name="mfa_activate_totp"),
]

if "webauthn" in settings.MFA_SUPPORTED_TYPES:  # as allauth's own addresses of passkeys
    urlpatterns.append(path("2fa/webauthn/keys/<int:pk>/remove/", views.RemovePasskey.as_view(), name="mfa_remove_webauthn"))
