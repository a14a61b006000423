"""What people do, one after the other, and the lists that staff look through, by the test client.

What an act finds made for it is not measured. Of each the first warms up, the second is counted, the rest are timed.
Runs in a process of its own, on the benchmark's database, after the demonstration was loaded; prints JSON.
"""

from __future__ import annotations

import ipaddress
import json
import os
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "site")]
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

import django  # noqa: E402

django.setup()

import crowd  # noqa: E402
from claims import signed_in  # noqa: E402
from django.conf import settings  # noqa: E402
from django.db import connection  # noqa: E402
from django.http import HttpResponse  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext, setup_test_environment  # noqa: E402
from django.urls import reverse  # noqa: E402
from load import asked, percentile  # noqa: E402

from learning import courses, playing  # noqa: E402
from learning.models import Certificate, ModulePage, ModuleProgress  # noqa: E402
from panels import meetings, recruitment, views_private  # noqa: E402
from panels.experiences import moderating, telling  # noqa: E402
from panels.models import Campaign, Experience, Panel  # noqa: E402
from people import affiliations, demo  # noqa: E402
from people.models import District, Organisation, StaffGroup, User  # noqa: E402
from recompense import rates  # noqa: E402
from tests.factories import panels as made  # noqa: E402
from tests.factories.experiences import SHOWN, WORDS  # noqa: E402
from tests.factories.recompense import make_payee  # noqa: E402

ROUNDS = max(round(40 * crowd.SHARE), 12)
FROM = map(str, ipaddress.ip_network("10.0.0.0/16").hosts())  # nobody asks too often from one connection
HANDLER = Client().handler  # of all of them: each would load the middleware anew with its first request
Row = dict[str, Any]


def timed(name: str, ask: Callable[[Any], None], things: list) -> Row:
    """`ask` of each of the things."""
    first, second, *rest = things
    ask(first)
    with CaptureQueriesContext(connection) as captured:
        ask(second)
    queries = asked(captured)  # now: the next request empties the log
    times = []
    for thing in rest:
        begun = time.perf_counter()
        ask(thing)
        times.append((time.perf_counter() - begun) * 1000)
    p50, p95 = (round(percentile(times, share), 1) for share in (50, 95))
    return {"name": name, "p50_ms": p50, "p95_ms": p95, "queries": queries}


def client(person: User | None = None) -> Client:
    """Of a stranger, or of somebody signed in with both factors."""
    found = signed_in(person) if person else Client()
    found.handler = HANDLER
    found.defaults["HTTP_HOST"] = urlsplit(settings.BASE_URL).netloc
    return found


def act(name: str, address: str, by: list[tuple[Any, ...]], **data: Any) -> Row:
    """The same form posted by each: (client, keys of the address …)."""

    def post(one: tuple[Any, ...]) -> None:
        visitor, *keys = one
        answer = visitor.post(reverse(address, args=keys), data, REMOTE_ADDR=next(FROM))
        assert answer.status_code == 302, (name, answer.status_code, answer.content.decode()[-3000:])

    return timed(name, post, by)


def read(name: str, visitor: Client, address: str, **query: str) -> Row:
    def ask(_round: int) -> None:
        answer = visitor.get(address, query, REMOTE_ADDR=next(FROM))
        assert answer.status_code == 200, (name, answer.status_code)

    return timed(name, ask, list(range(ROUNDS)))


# What people do -----------------------------------------------------------------------------------


def experiences() -> Iterator[Row]:
    """Told, sent, and when two moderators have published them, taken back with their pages."""
    told = [telling.begin() for _ in range(ROUNDS)]
    tellers = [teller(experience.reference, passphrase) for experience, passphrase in told]
    yield act("telling: a part saved", "panels:tell_words", [(each, 1) for each in tellers], text=WORDS["happened"])
    for experience, _passphrase in told:
        telling.agree(experience, ["publish"])
    yield act("telling: sent", "panels:tell_check", [(each,) for each in tellers])
    one, two = moderator(), moderator()
    for experience, _passphrase in told:
        taken = moderating.take(experience, by=one)
        moderating.publish(moderating.prepare(taken, SHOWN, by=one), by=two)
    yield act("an experience withdrawn, with its page", "panels:tell_take_back", [(each,) for each in tellers])


def teller(reference: str, passphrase: str) -> Client:
    visitor = client()
    visitor.cookies = views_private.remember(HttpResponse(), reference, passphrase).cookies
    return visitor


def moderator() -> User:
    return demo.account("M Bench", f"{uuid.uuid4()}@people.example", None, role="moderator")


def applications(people: list[tuple[User, Client]], campaign: Campaign) -> Iterator[Row]:
    yield act("an application begun", "panels:start", [(visitor, campaign.key) for _person, visitor in people])
    begun = [(visitor, person.applications.get()) for person, visitor in people]
    first = campaign.questions.first().key
    to_first = [(visitor, application.key, first) for visitor, application in begun]
    yield act("an application: an answer saved", "panels:answer", to_first, text=made.TEXT)
    texts, district = dict.fromkeys(campaign.questions.all(), made.TEXT), District.objects.first()
    for _visitor, application in begun:
        recruitment.write(application, texts, district=district, by=application.applicant)
    yield act("an application sent", "panels:check", [(visitor, application.key) for visitor, application in begun])


def claims(people: list[tuple[User, Client]], panel: Panel, kit: User) -> Iterator[Row]:
    """For a meeting that all of them were at."""
    meeting = made.make_meeting(panel, kit)
    meetings.record(meeting, {made.make_member(panel, person): 150 for person, _visitor in people}, by=kit)
    attended = {row.membership.person: row.key for row in meeting.attendances.all()}
    yield act("a claim begun", "recompense:start", [(visitor, attended[person]) for person, visitor in people])
    begun = [(visitor, person.claims.get().key) for person, visitor in people]
    bus = rates.card_on(meeting.day).rates.get(code="PUBLIC_TRANSPORT").key
    yield act("a claim: a cost added", "recompense:add_cost", [(*each, bus) for each in begun], spent="4.60")
    for person, _visitor in people:
        make_payee(person)
    yield act("a claim sent", "recompense:claim", begun)


def learning(people: list[tuple[User, Client]]) -> Iterator[Row]:
    modules = ModulePage.objects.live().filter(is_outline=False)
    module, step = next((module, step) for module in modules for step in module.lesson() if step.conversation)
    choice = step.conversation.value["moments"][0]["choices"].bound_blocks[0].id
    opened = [(visitor, opened_by(person, module).key, step.number) for person, visitor in people]
    yield act("a choice in a conversation", "learning:play", opened, act="say", answer=choice)
    held = Certificate.objects.exclude(registration__learner=None).first()
    visitor = client(held.registration.learner)
    yield read("certificate as PDF", visitor, reverse("learning:certificate_pdf", args=[held.key]))


def opened_by(person: User, module: ModulePage) -> ModuleProgress:
    affiliations.set_affiliation(person, Organisation.objects.first(), StaffGroup.objects.first(), by=person)
    return playing.open_module(courses.register(person, module.course, by=person), module, by=person)


# What staff and programs look through -------------------------------------------------------------


def lists(kit: User, campaign: Campaign) -> Iterator[Row]:
    visitor, number = client(kit), crowd.APPLICATIONS
    yield read("coordinator’s first page", visitor, reverse("panels:queue"))
    some = f"{number:,} applications"
    yield read(f"{some}: list", visitor, reverse("panels:desk_applications", args=[campaign.key]))
    one = campaign.applications.exclude(submitted_at=None)[number // 2]
    yield read(f"{some}: one", visitor, reverse("panels:desk_application", args=[one.key]))
    yield read(f"{some}: list by REST", visitor, reverse("api:application-list"))


def desk() -> Iterator[Row]:
    crowd.tell(crowd.WAITING, Experience.Status.RECEIVED)
    reader = moderator()
    visitor = client(reader)
    yield read(f"{crowd.WAITING:,} experiences wait: list", visitor, reverse("panels:moderate"))
    one = moderating.take(Experience.objects.filter(status=Experience.Status.RECEIVED).last(), by=reader)
    yield read("an experience being read", visitor, reverse("panels:moderate_one", args=[one.key]))


def by_rest() -> Iterator[Row]:
    address, some = reverse("api:story-list"), f"{crowd.STORIES:,} stories by REST"
    yield read(f"{some}: list", client(), address)
    yield read(f"{some}: with words", client(), address, words="waited desk")
    yield timed("telling by REST", told_by_rest, [client()] * ROUNDS)


def told_by_rest(visitor: Client) -> None:
    said = json.dumps({"passages": WORDS, "purposes": ["publish"]})
    once = {"Idempotency-Key": str(uuid.uuid4())}
    answer = visitor.post(reverse("api:experiences"), said, "application/json", headers=once, REMOTE_ADDR=next(FROM))
    assert answer.status_code == 201, answer.content


def all_rows() -> Iterator[Row]:
    kit = User.objects.get(email="kit@demo.example")
    panel = made.make_panel("Panel of the benchmark", coordinators=[kit])
    campaign = made.make_campaign(panel, by=kit)
    people = [(person, client(person)) for person in crowd.people(ROUNDS)]
    yield from experiences()
    yield from applications(people, campaign)
    yield from claims(people, panel, kit)
    yield from learning(people)
    for person in crowd.people(crowd.APPLICATIONS):
        made.make_application(campaign, person)
    yield from lists(kit, campaign)
    yield from desk()
    yield from by_rest()


def main() -> None:
    setup_test_environment()
    print(json.dumps(list(all_rows())))


main()
