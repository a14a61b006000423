"""Two programs at the same moment move no money twice: on PostgreSQL, where transactions do run beside each other."""

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from core.models import AuditEvent, OutboxEvent
from people import roles
from recompense import claims
from recompense.models import Claim, Line, Payee, Payment, PaymentRun
from tests.api.recompense.conftest import PLACE, STAFF
from tests.factories import recompense as make
from tests.factories.together import together
from tests.factories.tokens import make_token

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time"),
]
MANY = 8
TODAY = timezone.localdate().isoformat()


@pytest.fixture
def ask(send):
    """`ask(person, "post", address, data)`: to be done later, by a program with a token of its own."""

    def later(person, method, address, data=None, **headers):
        _row, plaintext = make_token(person, *STAFF)
        client = Client(headers={"Authorization": f"Bearer {plaintext}"})
        return lambda: send(client, method, address, data, **headers)

    return later


def statuses(answers):
    return sorted(answer.status_code for answer in answers)


def as_it_was_read(ask, person, address, act):
    """The act many times, by both ways to its lock: every second one says which state it read."""
    tag = ask(person, "get", address)()["ETag"]
    headers = [{"If-Match": tag} if number % 2 else {} for number in range(MANY)]
    return [ask(person, "post", f"{address}/{act}", **one) for one in headers]


def won(answers):
    """One did it; to all others it was done, or was another than they had read."""
    found = statuses(answers)
    return len(found) == MANY and found[0] == 200 and set(found[1:]) <= {409, 412}


def test_of_many_payers_one_pays(ask, fin, approved):
    run = make.make_exported(fin)
    assert won(together(*as_it_was_read(ask, fin, f"{PLACE}/payment-runs/{run.key}", "mark-paid")))
    assert AuditEvent.objects.filter(act="claim.paid").count() == AuditEvent.objects.filter(act="run.paid").count() == 1
    assert OutboxEvent.objects.filter(name="claim.paid").count() == 1


def test_of_many_runs_one_has_the_claim(ask, fin, approved):
    answers = together(*[ask(fin, "post", f"{PLACE}/payment-runs", {"pays_on": TODAY}) for _number in range(MANY)])
    assert statuses(answers) == [201] + [400] * (MANY - 1)
    assert PaymentRun.objects.count() == Payment.objects.count() == 1


def test_two_payers_share_nothing(ask, person, roles_without_pages, fin, member, bo, kit, cas, pat, card):
    other = person("Gil Second")
    roles.grant(other, "finance officer")
    for owner in [member, bo]:
        make.make_approved(owner, kit, cas, pat)
    answers = together(*[ask(payer, "post", f"{PLACE}/payment-runs", {"pays_on": TODAY}) for payer in [fin, other]])
    assert set(statuses(answers)) <= {201, 400}
    assert Payment.objects.count() == Claim.objects.filter(status="in_run").count() == 2


def test_of_many_approvals_one_is_made(ask, pat, checked):
    assert won(together(*as_it_was_read(ask, pat, f"{PLACE}/claims/{checked.key}", "approve")))
    assert AuditEvent.objects.filter(act="claim.approve").count() == 1


def test_a_run_gets_its_file_or_is_called_off(ask, fin, approved):
    address = f"{PLACE}/payment-runs/{make.make_run(fin).key}"
    half = MANY // 2
    answers = together(*as_it_was_read(ask, fin, address, "export")[:half], *as_it_was_read(ask, fin, address, "cancel")[half:])
    assert won(answers)
    assert PaymentRun.objects.get().status in {"exported", "cancelled"}


def test_a_claim_is_sent_once_however_it_is_sent(ask, mo, draft):
    make.make_payee(mo)
    assert won(together(*as_it_was_read(ask, mo, f"{PLACE}/claims/{draft.key}", "submit")))
    assert AuditEvent.objects.filter(act="claim.submit").count() == 1


def test_of_two_ways_to_change_an_account_neither_waits_for_the_other(ask, mo):
    address = f"{PLACE}/payees/{make.make_payee(mo).key}"
    account = {"name": "Mo", "sort_code": "404784", "account_number": "70872490"}
    tag = ask(mo, "get", address)()["ETag"]
    changes = [ask(mo, "patch", address, {"name": "M"}, **{"If-Match": tag}) for _number in range(MANY)]
    answers = together(*changes, *[ask(mo, "post", f"{PLACE}/payees", account) for _number in range(MANY)])
    assert (len(answers), set(statuses(answers)) <= {200, 201, 412}) == (2 * MANY, True)
    assert Payee.objects.count() == 1


def test_a_line_is_taken_off_before_it_is_sent_or_not_at_all(ask, mo, draft):
    make.make_payee(mo)
    line = draft.lines.get()
    claims.add_line(draft, make.bus(draft), by=mo)
    takes = [ask(mo, "delete", f"{PLACE}/claim-lines/{line.key}", **{"If-Match": "*"}) for _number in range(MANY)]
    answers = together(*takes, *[ask(mo, "post", f"{PLACE}/claims/{draft.key}/submit") for _number in range(MANY)])
    assert (len(answers), set(statuses(answers)) <= {200, 204, 404, 409}) == (2 * MANY, True)
    assert Claim.objects.get().status == "submitted"
    assert not Line.objects.filter(amount=None).exists()
