"""Every address of the platform. Wagtail's pages come last."""

from django.urls import include, path
from wagtail import urls as wagtail_urls
from wagtail.admin import urls as wagtailadmin_urls
from wagtail.documents import urls as wagtaildocs_urls

urlpatterns = [
    path("", include("website.urls")),
    path("account/", include("people.urls")),
    path("account/", include("allauth.urls")),
    path("learning/", include("learning.urls")),
    path("api/", include("api.urls")),
    path("xapi/", include("api.xapi.urls")),
    path("admin/", include(wagtailadmin_urls)),
    path("documents/", include(wagtaildocs_urls)),
    path("", include(wagtail_urls)),
]
