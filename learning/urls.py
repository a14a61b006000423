"""The addresses of learning. Personal ones hold random keys and no name of a course."""

from django.urls import path

from learning import views, views_records, views_statistics

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
    path("records/", views_records.records, name="records"),
]
