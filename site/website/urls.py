"""Addresses of the site that are not pages."""

from django.contrib.sitemaps.views import sitemap
from django.urls import path
from django.views.decorators.cache import cache_control

from website import views, views_dashboard, views_demo, views_privacy

urlpatterns = [
    path("health/live", views.live, name="health_live"),
    path("home/", views_dashboard.home, name="dashboard"),
    path("account/data/", views_privacy.your_data, name="your_data"),
    path("account/delete/", views_privacy.delete_account, name="delete_account"),
    path("account/deleted/", views_privacy.account_deleted, name="account_deleted"),
    path("health/ready", views.ready, name="health_ready"),
    path("demo/mail/", views_demo.mail, name="demo_mail"),
    path("media/images/<str:name>", views.picture, name="picture"),
    path("robots.txt", views.robots, name="robots"),
    path("favicon.ico", views.favicon, name="favicon"),
    path("manifest.webmanifest", views.manifest, name="manifest"),
    path("sitemap.xml", cache_control(max_age=3600)(sitemap), {"sitemaps": {"pages": views.PublicPages}}, name="sitemap"),
]
