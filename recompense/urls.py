"""The addresses of recompense. They hold random keys and no name of a panel."""

from django.urls import path

from recompense import views_claimant, views_costs, views_finance, views_payments

app_name = "recompense"
urlpatterns = [
    # claimants
    path("", views_claimant.my_claims, name="claims"),
    path("rates/", views_claimant.what_is_paid, name="rates"),
    path("account/", views_claimant.account, name="account"),
    path("other/", views_claimant.other, name="other"),
    path("start/<uuid:key>/", views_claimant.start, name="start"),
    path("receipts/<uuid:key>/<int:page>/", views_costs.receipt, name="receipt"),
    path("<uuid:key>/", views_claimant.claim, name="claim"),
    path("<uuid:key>/account/", views_claimant.first_account, name="first_account"),
    path("<uuid:key>/costs/<uuid:rate>/", views_costs.add_cost, name="add_cost"),
    path("<uuid:key>/lines/<uuid:line>/", views_costs.change_cost, name="change_cost"),
    path("<uuid:key>/lines/<uuid:line>/remove/", views_costs.remove_cost, name="remove_cost"),
    path("<uuid:key>/fee/", views_claimant.put_fee_back, name="put_fee_back"),
    path("<uuid:key>/withdraw/", views_claimant.withdraw, name="withdraw"),
    path("<uuid:key>/letter/", views_claimant.letter, name="letter"),
    # finance
    path("finance/", views_finance.queue, name="queue"),
    path("finance/<uuid:key>/", views_finance.claim, name="decide"),
    path("finance/<uuid:key>/check/", views_finance.Check.as_view(), name="check"),
    path("finance/<uuid:key>/approve/", views_finance.Approve.as_view(), name="approve"),
    path("finance/<uuid:key>/ask/", views_finance.Ask.as_view(), name="ask"),
    path("finance/<uuid:key>/lower/", views_finance.Lower.as_view(), name="lower"),
    path("finance/<uuid:key>/reject/", views_finance.Reject.as_view(), name="reject"),
    path("payments/", views_payments.runs, name="runs"),
    path("payments/new/", views_payments.prepare, name="prepare"),
    path("payments/<uuid:key>/", views_payments.run, name="run"),
    path("payments/<uuid:key>/file/", views_payments.export, name="export"),
    path("payments/<uuid:key>/file/again/", views_payments.download, name="download"),
    path("payments/<uuid:key>/cancel/", views_payments.cancel, name="cancel_run"),
    path("payments/<uuid:key>/refused/", views_payments.refuse, name="refuse_run"),
    path("payments/<uuid:key>/paid/", views_payments.mark_paid, name="mark_paid"),
]
