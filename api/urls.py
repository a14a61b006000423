"""The REST interface. Everything that is in the schema stands below v1/."""

from django.urls import include, path, re_path

from api import documentation, errors, people, resources, statistics, views_webhooks
from api.panels import applications, campaigns, meetings, memberships, moderation, offers, panels, stories, telling, template
from api.recompense import attendances, claims, lines, payees, payment_runs, rate_cards, receipts

app_name = "api"

things = resources.router()
things.register("webhooks", views_webhooks.Webhooks, "webhook")
things.register("deliveries", views_webhooks.Deliveries, "delivery")
things.register("panels", panels.Panels, "panel")
things.register("campaigns", campaigns.Campaigns, "campaign")
things.register("applications", applications.Applications, "application")
things.register("offers", offers.Offers, "offer")
things.register("memberships", memberships.Memberships, "membership")
things.register("meetings", meetings.Meetings, "meeting")
things.register("stories", stories.Stories, "story")
things.register("moderation", moderation.Moderation, "moderation")
things.register("shared-experiences", moderation.SharedExperiences, "shared-experience")
things.register("rate-cards", rate_cards.RateCards, "rate-card")
things.register("attendances", attendances.Attendances, "attendance")
things.register("claims", claims.Claims, "claim")
things.register("claim-lines", lines.Lines, "claim-line")
things.register("receipts", receipts.Receipts, "receipt")
things.register("payees", payees.Payees, "payee")
things.register("payment-runs", payment_runs.PaymentRuns, "payment-run")

version_1 = [
    path("me", people.Me.as_view(), name="me"),
    path("statistics/completions", statistics.Completions.as_view(), name="completions"),
    path("themes", stories.Themes.as_view(), name="themes"),
    path("experiences", telling.Tell.as_view(), name="experiences"),
    path("experiences/template", template.Template.as_view(), name="experience-template"),
    path("experiences/mine", telling.Mine.as_view(), name="experience"),
    path("experiences/mine/agreements", telling.Agreements.as_view(), name="experience-agreements"),
    *things.urls,
]

urlpatterns = [
    path("v1/", include(version_1)),
    path("schema/", documentation.Schema.as_view(), name="schema"),
    path("docs/", documentation.Docs.as_view(), name="docs"),
    re_path("", errors.not_found),
]
