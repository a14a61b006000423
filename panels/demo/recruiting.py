"""Two campaigns that are open, and one that has closed, with what was sent to it."""

from __future__ import annotations

from datetime import timedelta

from core import mail
from panels import campaigns, recruitment
from panels.demo import applications
from panels.demo.pages import read
from panels.demo.people import at
from panels.models import Application, Campaign, Panel
from people.models import District, User

APPLICANTS = ["Ade", "Bea", "Chidi", "Dana", "Eun", "Fatou", "Gabe", "Hua"]
TEXT = (
    "Example text, made up for the demonstration. In a real application somebody says here, in their own words, "
    "what they know from life and what they would like to change. The people who choose read it without a name."
)
SHORTLISTED, OFFERED = 3, 1  # of those who applied, the first; the rest still wait


def load(panels: dict[str, Panel], kit: User) -> None:
    for facts in read("campaigns"):
        campaign = _open(panels[facts["panel"]], facts, kit)
        if facts.get("is_applied_for"):
            applications.load(campaign)
        if "closed" in facts:
            _fill(campaign, kit)
            _close(campaign, facts["closed"], kit)


def _open(panel: Panel, facts: dict, kit: User) -> Campaign:
    closes_in = facts.get("closes_in", 1)
    wanted = ["title", "lead", "seats", "pay", "time_needed", "place", "role_description", "looking_for"]
    dates = {
        "opens_at": at(-facts["opened"], hour=9),
        "closes_at": at(closes_in, hour=12),
        "decides_on": at(closes_in + 28, hour=12).date(),
        "starts_on": at(closes_in + 49, hour=12).date(),
    }
    told = {name: facts[name].strip() if isinstance(facts[name], str) else facts[name] for name in wanted}
    campaign = campaigns.draft(panel, {**told, **dates}, facts["criteria"], facts["questions"], by=kit)
    return campaigns.open_(campaign, by=kit)


def _fill(campaign: Campaign, kit: User) -> None:
    """Applications while it was open; some of them are further on."""
    people = [_person(place, name) for place, name in enumerate(APPLICANTS, 1)]
    sent = [_apply(campaign, person, place) for place, person in enumerate(people)]
    for application in sent[:SHORTLISTED]:
        recruitment.shortlist(application, by=kit)
    for application in sent[:OFFERED]:
        recruitment.offer(application, by=kit)
    mail.forget(person.email for person in people)  # so that the demonstration's mail begins with whoever tries it out


def _person(number: int, name: str) -> User:
    return User.objects.create_user(f"applicant{number:03}@people.example", display_name=f"{name} Example")


def _apply(campaign: Campaign, person: User, place: int) -> Application:
    districts = list(District.objects.all())
    application = recruitment.begin(campaign, by=person)
    texts = dict.fromkeys(campaign.questions.all(), TEXT)
    recruitment.write(application, texts, district=districts[place % len(districts)], by=person)
    application = recruitment.submit(application, by=person)
    came = at(-8 - 3 * place, hour=10 + place % 8)
    Application.objects.filter(pk=application.pk).update(began_at=came - timedelta(days=1), submitted_at=came)
    return application


def _close(campaign: Campaign, days_ago: int, kit: User) -> None:
    """Only the clock is ours: it closed some days before the demonstration was loaded."""
    Campaign.objects.filter(pk=campaign.pk).update(closes_at=at(-days_ago, hour=12))
    campaigns.close(campaign, by=kit)
