"""The addresses of learning. Personal ones hold random keys and no name of a course."""

from django.urls import path

from learning import views, views_credentials, views_forwarding, views_records, views_statements, views_statistics

app_name = "learning"
urlpatterns = [
    path("my/", views.my_learning, name="mine"),
    path("register/<uuid:activity>/", views.register, name="register"),
    path("open/<uuid:activity>/", views.open_module, name="open"),
    path("play/<uuid:key>/<int:number>/", views.play, name="play"),
    path("play/<uuid:key>/finish/", views.finish, name="finish"),
    path("play/<uuid:key>/leave/", views.leave, name="leave"),
    path("certificates/<uuid:key>/", views.certificate, name="certificate"),
    path("certificates/<uuid:key>/pdf/", views.certificate_pdf, name="certificate_pdf"),
    path("check/", views.check, name="check"),
    path("check/<str:code>/", views.check, name="checked"),
    path("figures/", views_statistics.figures, name="statistics"),
    path("figures/csv/", views_statistics.figures_csv, name="statistics_csv"),
    path("figures/xlsx/", views_statistics.figures_xlsx, name="statistics_xlsx"),
    path("credentials/", views_credentials.index, name="credentials"),
    path("credentials/new/", views_credentials.make, name="credential_make"),
    path("credentials/<uuid:key>/secret/", views_credentials.renew, name="credential_secret"),
    *[
        path(f"credentials/<uuid:key>/{to}/", views_credentials.change, {"to": to}, name=f"credential_{to}")
        for to in views_credentials.ACTS
    ],
    path("statements/", views_statements.search, name="statements"),
    path("statements/<uuid:key>/", views_statements.statement, name="statement"),
    path("statements/<uuid:key>/json/", views_statements.statement_json, name="statement_json"),
    path("forwarding/", views_forwarding.index, name="forwarding"),
    path("forwarding/new/", views_forwarding.make, name="forwarder_new"),
    path("forwarding/<uuid:key>/", views_forwarding.forwarder, name="forwarder"),
    path("forwarding/<uuid:key>/change/", views_forwarding.change, name="forwarder_change"),
    path("forwarding/<uuid:key>/remove/", views_forwarding.remove, name="forwarder_remove"),
    path("forwarding/<uuid:key>/switch/", views_forwarding.switch, name="forwarder_switch"),
    path("forwarding/<uuid:key>/test/", views_forwarding.test, name="forwarder_test"),
    path("forwarding/<uuid:key>/again/", views_forwarding.try_again, name="forwarder_again_all"),
    path("forwarding/<uuid:key>/again/<uuid:row>/", views_forwarding.try_again, name="forwarder_again"),
    path("records/", views_records.records, name="records"),
]
