"""The interface is asked what its schema allows and what it forbids: nothing breaks, and every answer is as the schema says.

A few requests of each kind, the same each time. For many: `API_EXAMPLES=100 .venv/bin/pytest tests/api/test_schemathesis.py`.
"""

import os
from datetime import timedelta
from decimal import Decimal

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, transaction
from django.middleware.csrf import get_token
from django.test import Client, RequestFactory
from hypothesis import HealthCheck, Phase, Verbosity, given, seed, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.core.parameters import ParameterLocation
from schemathesis.generation.case import Case
from schemathesis.specs.openapi import checks

from api.models import Delivery, Webhook
from api.recompense.rate_cards import RateCardSerializer
from api.scopes import SCOPES
from config.wsgi import application
from panels import recruitment
from panels.experiences import telling
from panels.models import StoryPage
from people import roles
from recompense import claims, receipts
from tests.api.conftest import HOOK
from tests.factories import experiences as of_experiences
from tests.factories import panels as of_panels
from tests.factories import recompense as make
from tests.factories.tokens import make_token

EXAMPLES = int(os.environ.get("API_EXAMPLES", "3"))
JUDGES = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
]
REFUSED = [400, 401, 403, 404, 405, 406, 409, 412, 413, 415, 422, 428, 429]
RULES = schemathesis.Config.from_dict({"checks": {"negative_data_rejection": {"expected-statuses": REFUSED}}})
THE_SAME_EACH_TIME = settings(
    max_examples=EXAMPLES,
    database=None,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
    verbosity=Verbosity.quiet,
)


@pytest.fixture
def one_connection():
    """The application that is asked is the real one, which closes old connections; here all happens in the test's own."""
    for signal in [request_started, request_finished]:
        signal.disconnect(close_old_connections)
    yield
    for signal in [request_started, request_finished]:
        signal.connect(close_old_connections)


def from_somewhere(environ, start_response):
    """The real application, asked from an address: a server always knows one."""
    return application({"REMOTE_ADDR": "127.0.0.1", **environ}, start_response)


@pytest.fixture
def interface(settings, one_connection):
    settings.API_RATE_SIGNED_IN = settings.API_RATE_ANONYMOUS = settings.API_RATE_TELLING = 10**9
    schema = schemathesis.openapi.from_path(settings.BASE_DIR / "docs/api/openapi.yaml", config=RULES)
    schema.app = from_somewhere
    return schema


@pytest.fixture
def world(card, panel, campaign, member, mo, ana, kit, cas, pat, fin, uma, ola, person, synced_roles, stories_index):
    """Some of everything that can be met, by the folder it stands in."""
    adi = person("Adi Administrator")
    roles.grant(adi, "administrator")
    draft = make.make_draft(member, kit, ago=timedelta(days=5))
    taxi = claims.add_line(draft, make.cost(draft, "TAXI", spent=Decimal("9.00"), reason="A bad knee"), by=mo)
    sent = make.make_submitted(member, kit, ago=timedelta(days=7))
    offered = of_panels.make_offer(of_panels.make_application(campaign, ana), kit)
    begun = recruitment.begin(of_panels.make_campaign(panel, kit, title="Two more seats"), by=mo)
    make.make_approved(member, kit, cas, pat, ago=timedelta(days=9))
    exported = make.make_exported(fin)
    approved = make.make_approved(member, kit, cas, pat, ago=timedelta(days=12))
    webhook = Webhook.objects.create(**HOOK, made_by=adi)
    heard = [of_experiences.make_experience(), of_experiences.make_prepared(uma), of_experiences.make_kept(uma, ola, panel=panel)]
    of_experiences.make_published(uma, ola)
    rows = {
        "panels": [panel],
        "campaigns": [campaign, of_panels.make_campaign(panel, kit, is_open=False)],
        "applications": [begun, offered.application],
        "offers": [offered],
        "memberships": [member],
        "meetings": [draft.attendance.meeting],
        "rate-cards": [card],
        "attendances": [of_panels.attend(of_panels.make_meeting(panel, kit, ago=timedelta(days=3)), member, kit)],
        "claims": [draft, sent, make.make_checked(member, kit, cas, ago=timedelta(days=8)), approved],
        "claim-lines": [taxi, sent.lines.get()],
        "receipts": [receipts.add(taxi, make.photo(), by=mo)],
        "payees": [mo.payee],
        "payment-runs": [exported],
        "moderation": heard,
        "shared-experiences": heard[2:],
        "webhooks": [webhook],
        "deliveries": [Delivery.objects.create(webhook=webhook, type="webhook.test", status="failed", next_at=None)],
    }
    return {folder: [str(row.key) for row in found] for folder, found in rows.items()}


@pytest.fixture
def callers(world, client, mo, ana, kit, cas, pat, fin, uma, ola, adi):
    """The headers of somebody in each role with a token for everything, and of Mo in a browser."""
    made = [make_token(person, *SCOPES) for person in [mo, ana, kit, cas, pat, fin, uma, ola, adi]]
    rae, passphrase = telling.begin()
    teller = {"Authorization": f"Experience {rae.reference}.{passphrase}"}
    return [teller, in_a_browser(client, mo), *({"Authorization": f"Bearer {plaintext}"} for _row, plaintext in made)]


@pytest.fixture
def adi(django_user_model, world):
    return django_user_model.objects.get(email="adi@example.com")


def in_a_browser(client: Client, person) -> dict[str, str]:
    client.force_login(person)
    request = RequestFactory().get("/")
    token = get_token(request)
    cookies = {"session": client.cookies["session"].value, "csrftoken": request.META["CSRF_COOKIE"]}
    return {"Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items()), "X-CSRFToken": token}


def aim(case: Case, world: dict[str, list[str]], number: int) -> None:
    """Mostly at what is there, and at its present state: by chance no request would ever find a key."""
    known = world.get(case.operation.path.split("/")[3])
    if "key" in (case.path_parameters or {}) and known and number and not case.meta.is_negative_at(ParameterLocation.PATH):
        case.path_parameters["key"] = known[number % len(known)]
    if "number" in (case.path_parameters or {}) and number and not case.meta.is_negative_at(ParameterLocation.PATH):
        case.path_parameters["number"] = StoryPage.objects.get().slug
    if "If-Match" in (case.headers or {}) and number % 2 == 0:
        case.headers["If-Match"] = "*"
    if isinstance(case.body, dict) and case.meta.generation.mode.is_positive:
        named = {name: keys[0] for name, keys in singular(world).items() if name in case.body}
        case.body = case.body | named | ({"file": make.photo().read()} if "file" in case.body else {})


def singular(world: dict[str, list[str]]) -> dict[str, list[str]]:
    """By what a body calls one of them."""
    return {folder.removesuffix("s"): keys for folder, keys in world.items()} | {"line": world["claim-lines"]}


def found_in(operation, mode, world, callers) -> list[str]:
    """What is wrong with an operation, in the words of whoever judged it."""

    @seed(11)
    @THE_SAME_EACH_TIME
    @given(case=operation.as_strategy(generation_mode=mode), caller=st.sampled_from(callers), number=st.integers(0, 4))
    def ask(case, caller, number):
        aim(case, world, number)
        with transaction.atomic():  # and everything is as it was
            answer = case.call(base_url="http://testserver", headers=caller)
            transaction.set_rollback(True)
        case.validate_response(answer, checks=JUDGES + [checks.negative_data_rejection] * mode.is_negative)

    try:
        ask()
    except Unsatisfiable:
        if mode.is_positive:
            raise
        return []  # it takes nothing that could be wrong
    except BaseExceptionGroup as group:
        found = [group] if isinstance(group, FailureGroup) else group.exceptions
        return [f"{operation.label}, {mode}: {fault}" for fault in found]
    return []


def test_nothing_breaks_and_every_answer_is_as_the_schema_says(interface, world, callers):
    faults = []
    for operation in interface.get_all_operations():
        for mode in schemathesis.GenerationMode:
            faults += found_in(operation.ok(), mode, world, callers)
    assert not faults, "\n\n".join(faults)


def test_what_breaks_the_schema_would_be_found(interface, world, callers, monkeypatch):
    """Whoever judges is awake."""
    monkeypatch.setattr(RateCardSerializer, "to_representation", lambda self, card: {"key": 7})
    operation = interface["/api/v1/rate-cards/{key}"]["GET"]
    assert "violates schema" in "".join(found_in(operation, schemathesis.GenerationMode.POSITIVE, world, callers))
