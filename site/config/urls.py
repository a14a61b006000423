"""Every address of the platform. Wagtail's pages come last."""

from allauth.account import views as account_views
from django.urls import include, path, re_path
from django.views.generic import RedirectView
from wagtail import urls as wagtail_urls
from wagtail.admin import urls as wagtailadmin_urls
from wagtail.documents import urls as wagtaildocs_urls

from panels.views import SignUp

urlpatterns = [
    path("xapi/", include("api.xapi.urls")),  # first: it is asked a thousand times where others are asked once
    path("", include("website.urls")),
    path("account/", include("people.urls")),
    path("account/tokens/", include("api.urls_tokens")),
    path("account/signup/", SignUp.as_view(), name="account_signup"),
    path("account/", include("allauth.urls")),
    path("learning/", include("learning.urls")),
    path("", include("panels.urls")),
    path("claims/", include("recompense.urls")),
    path("api/", include("api.urls")),
    # One way in: Wagtail's own log-in and reset pages are shadowed by allauth's.
    path("admin/login/", RedirectView.as_view(pattern_name="account_login", query_string=True)),
    path("admin/logout/", account_views.logout),
    re_path("^admin/password_reset/", RedirectView.as_view(pattern_name="account_reset_password")),
    path("admin/account/", RedirectView.as_view(pattern_name="account:home")),  # names change in one place
    path("_util/login/", RedirectView.as_view(pattern_name="account_login", query_string=True)),
    path("admin/", include(wagtailadmin_urls)),
    path("documents/", include(wagtaildocs_urls)),
    path("", include(wagtail_urls)),
]

handler400 = "website.views.bad_request"
handler403 = "website.views.forbidden"
handler404 = "website.views.not_found"
handler500 = "website.views.server_error"
