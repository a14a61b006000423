"""The addresses of the account. Signing in and up, passwords and the second factor are allauth's, beside these."""

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
