"""The addresses of recompense. They hold random keys and no name of a panel."""

from django.urls import path

from recompense import views_claimant

app_name = "recompense"
urlpatterns = [
    # claimants
    path("", views_claimant.my_claims, name="claims"),
    path("rates/", views_claimant.what_is_paid, name="rates"),
    path("account/", views_claimant.account, name="account"),
    path("other/", views_claimant.other, name="other"),
    path("start/<uuid:key>/", views_claimant.start, name="start"),
    path("receipts/<uuid:key>/<int:page>/", views_claimant.receipt, name="receipt"),
    path("receipts/<uuid:key>/remove/", views_claimant.remove_receipt, name="remove_receipt"),
    path("<uuid:key>/", views_claimant.claim, name="claim"),
    path("<uuid:key>/costs/<uuid:rate>/", views_claimant.add_cost, name="add_cost"),
    path("<uuid:key>/lines/<uuid:line>/", views_claimant.change_cost, name="change_cost"),
    path("<uuid:key>/lines/<uuid:line>/remove/", views_claimant.remove_cost, name="remove_cost"),
    path("<uuid:key>/fee/", views_claimant.put_fee_back, name="put_fee_back"),
    path("<uuid:key>/withdraw/", views_claimant.withdraw, name="withdraw"),
    path("<uuid:key>/letter/", views_claimant.letter, name="letter"),
    # finance
]
