"""The desk of finance with 5,000 claims that wait, in a database made for it and dropped afterwards.

    DATABASE_URL=postgres://… python tests/benchmarks/claims.py [--keep] > claims.json

Prints JSON: milliseconds of the whole request by the test client (median, 95th percentile) and its queries;
and of a run of 500 payments, prepared and written to its file.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "site"), str(ROOT / "tests" / "benchmarks")]
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings_test")

import django  # noqa: E402

django.setup()

from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY  # noqa: E402
from allauth.account.internal.flows.login import _AUTHENTICATION_METHODS_USER_SESSION_KEY  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext, setup_test_environment  # noqa: E402
from django.urls import reverse  # noqa: E402
from django.utils import timezone  # noqa: E402
from figures import measure  # noqa: E402
from wagtail.models import Page, Site  # noqa: E402

from core import codes  # noqa: E402
from core.models import AuditEvent  # noqa: E402
from people import roles  # noqa: E402
from people.models import Pseudonym, User  # noqa: E402
from recompense import payees, payments, rates  # noqa: E402
from recompense.models import Claim, Line, Payee, Payment, PaymentRun  # noqa: E402

WAITING, CHECKED, APPROVED, PAID, PEOPLE = 5_000, 500, 500, 4_500, 400
Status = Claim.Status


def make() -> None:
    """Claims as they lie after some years: most are paid or on their way, five thousand wait to be checked."""
    chance = random.Random(2026)
    home = Page.objects.filter(depth=2).first()
    Site.objects.update_or_create(is_default_site=True, defaults={"hostname": "testserver", "root_page": home, "port": 80})
    people = [User(email=f"m{n}@example.com", display_name=f"M{n} Member") for n in range(PEOPLE)]
    User.objects.bulk_create(people)
    Pseudonym.objects.bulk_create(Pseudonym(person=person) for person in people)
    Payee.objects.bulk_create(_payee(person, number) for number, person in enumerate(people))
    card = rates.publish(rates.read(rates.EXAMPLE) | {"effective_from": "2020-01-01"}, by=None)
    states = [Status.SUBMITTED] * WAITING + [Status.APPROVED] * APPROVED + [Status.CHECKED] * CHECKED + [Status.PAID] * PAID
    made = Claim.objects.bulk_create(_with_payments([_claim(chance, people, state) for state in states]), batch_size=1000)
    Line.objects.bulk_create([line for claim in made for line in _lines(chance, card, claim)], batch_size=2000)
    AuditEvent.objects.bulk_create([_event(claim) for claim in made], batch_size=2000)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")


def _payee(person: User, number: int) -> Payee:
    account = {"sort_code": "089999", "account_number": f"{number:08}"}
    return Payee(person=person, name_on_account=person.display_name, account_index=payees.account_index(**account), **account)


def _claim(chance: random.Random, people: list[User], state: str) -> Claim:
    at = timezone.now() - timedelta(minutes=chance.randrange(60 * 24 * 200))
    return Claim(
        claimant=chance.choice(people), reference=codes.new(2), day=at.date(), status=state, submitted_at=at, what_for="Work"
    )


def _with_payments(made: list[Claim]) -> list[Claim]:
    """Those that are paid, in runs of a hundred."""
    paid = [claim for claim in made if claim.status == Status.PAID]
    facts = {"status": "paid", "file_digest": "0" * 64, "paid_at": timezone.now(), "pays_on": timezone.localdate()}
    runs = PaymentRun.objects.bulk_create(PaymentRun(reference=codes.new(2), **facts) for _ in range(len(paid) // 100 + 1))
    sums = {
        "fee": 1,
        "expenses": 0,
        "amount": 1,
        "name_on_account": "M Member",
        "sort_code": "089999",
        "account_number": "12345678",
    }
    payments_ = [Payment(run=runs[n // 100], reference=codes.new(3).replace("-", ""), **sums) for n in range(len(paid))]
    for claim, payment in zip(paid, Payment.objects.bulk_create(payments_, batch_size=1000), strict=True):
        claim.payment = payment
    return made


def _lines(chance: random.Random, card, claim: Claim) -> list[Line]:
    found = {rate.code: rate for rate in card.rates.all()} if not hasattr(card, "known") else card.known
    card.known = found
    fee, bus = found["MEETING_HALF"], found["PUBLIC_TRANSPORT"]
    spent = Decimal(chance.randrange(100, 900)) / 100
    return [
        Line(claim=claim, rate=fee, quantity=1, amount=fee.amount, unit=fee.unit, unit_amount=fee.amount),
        Line(claim=claim, rate=bus, spent=spent, amount=spent, unit=bus.unit, reason="It rained"),
    ]


def _event(claim: Claim) -> AuditEvent:
    facts = {"act": "claim.submit", "subject_kind": "recompense.claim", "before": "draft", "after": "submitted"}
    return AuditEvent(subject=claim.key, **facts)


def staff() -> User:
    roles.sync()
    user = User.objects.create_user("bench@example.com", "x", display_name="Bench")
    for role in ["claims checker", "claims approver", "finance officer"]:
        roles.grant(user, role)
    return user


def signed_in(user: User) -> Client:
    """With password and second factor, as the middleware wants it."""
    client = Client()
    client.force_login(user)
    session = client.session
    session[AUTHENTICATION_METHODS_SESSION_KEY] = [{"method": name, "at": time.time()} for name in ["password", "mfa"]]
    session[_AUTHENTICATION_METHODS_USER_SESSION_KEY] = str(user.pk)
    session.save()
    return client


def results() -> dict:
    user = staff()
    client, middle = signed_in(user), Claim.objects.filter(status=Status.SUBMITTED).order_by("submitted_at")[WAITING // 2]
    pages = {
        "list_of_5000": reverse("recompense:queue"),
        "last_page_of_the_list": f"{reverse('recompense:queue')}?list=check&page=200",
        "one_claim_of_5000": reverse("recompense:decide", args=[middle.key]),
        "list_of_5000_by_REST": "/api/v1/claims?status=submitted",
        "what_a_run_of_500_would_hold": reverse("recompense:prepare"),
    }
    return {
        "database": connection.vendor,
        "claims": Claim.objects.count(),
        **{name: _page(client, address) for name, address in pages.items()},
        **_run(user, client),
    }


def _page(client: Client, address: str) -> dict:
    def ask() -> None:
        assert client.get(address).status_code == 200

    ask()
    with CaptureQueriesContext(connection) as captured:
        ask()
    return {"queries": len(captured), **measure(ask)}


def _run(user: User, client: Client) -> dict:
    """Once each: the claims are in the run then."""
    found = {}
    run = _once(found, "run_of_500_prepared", lambda: payments.prepare(timezone.localdate(), by=user))
    assert run.count == APPROVED
    found["page_of_a_run_of_500"] = _page(client, reverse("recompense:run", args=[run.key]))
    _once(found, "file_of_500_made", lambda: payments.export(run, by=user))
    return found


def _once(found: dict, name: str, act: Callable):
    begun = time.perf_counter()
    with CaptureQueriesContext(connection) as captured:
        answer = act()
    took = round((time.perf_counter() - begun) * 1000, 1)
    found[name] = {"p50_ms": took, "p95_ms": took, "queries": len(captured)}
    return answer


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--keep", action="store_true", help="do not drop the database")
    arguments = parser.parse_args()
    setup_test_environment()
    connection.creation.create_test_db(verbosity=0, autoclobber=True)
    try:
        make()
        print(json.dumps(results(), indent=1))
    finally:
        if not arguments.keep:
            connection.close()
            connection.creation.destroy_test_db(connection.settings_dict["NAME"], verbosity=0)


if __name__ == "__main__":
    main()
