"""Applications over the interface: who reads what, and what is decided."""

from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from core.models import AuditEvent
from panels import recruitment
from panels.models import Application, Offer
from people.models import District
from tests.api.panels.conftest import PLACE, at, field, keys, problem
from tests.factories.panels import TEXT, make_application, make_campaign, make_offer

APPLICATIONS = f"{PLACE}/applications"
DECISIONS = {"shortlist": {}, "unshortlist": {}, "turn-down": {"feedback": "Say more."}, "offer": {}}


@pytest.fixture
def oldham(reference_data):
    return District.objects.get(name="Oldham")


def written(campaign, district=None, text=TEXT):
    said = {"answers": [{"question": str(question.key), "text": text} for question in campaign.questions.all()]}
    return said | ({"district": district.gss_code} if district else {})


def test_an_application_is_begun_written_and_sent(ana_, campaign, oldham, send, change, act):
    begun = send(ana_, "post", APPLICATIONS, {"campaign": str(campaign.key)})
    application = Application.objects.get()
    assert (begun.status_code, begun["Location"], begun.json()["status"]) == (201, at(application), "draft")
    assert begun.json()["can"] == ["change", "submit", "withdraw"]
    kept = change(ana_, application, written(campaign, oldham))
    assert (kept.status_code, kept.json()["district"]) == (200, oldham.gss_code)
    assert [row["text"] for row in kept.json()["answers"]] == [TEXT, TEXT]
    sent = act(ana_, application, "submit")
    assert (sent.status_code, sent.json()["status"], sent.json()["can"]) == (200, "submitted", ["change", "withdraw"])


def test_to_begin_again_answers_what_there_is(ana_, campaign, sent, send):
    again = send(ana_, "post", APPLICATIONS, {"campaign": str(campaign.key)})
    assert (again.status_code, again.json()["key"]) == (201, str(sent.key))
    assert Application.objects.count() == 1


def test_one_part_can_be_written_and_the_others_stay(ana_, draft, change):
    _first, second = draft.campaign.questions.all()
    kept = change(ana_, draft, {"answers": [{"question": str(second.key), "text": "Other"}]}).json()
    assert [row["text"] for row in kept["answers"]] == [TEXT, "Other"]
    assert kept["district"]
    assert change(ana_, draft, {"district": None}).json()["district"] is None


def test_nobody_applies_where_nobody_can(ana_, sam_, kit, panel, draft_campaign, send):
    hidden = send(ana_, "post", APPLICATIONS, {"campaign": str(draft_campaign.key)})
    assert (problem(hidden), field(hidden)) == ((400, "invalid"), ["campaign"])
    coming = make_campaign(panel, kit, opens_at=timezone.now() + timedelta(days=1))
    assert problem(send(ana_, "post", APPLICATIONS, {"campaign": str(coming.key)})) == (409, "not_open")


def test_what_is_not_whole_is_not_sent_and_the_question_is_named(ana_, draft, change, act):
    question = draft.campaign.questions.first()
    change(ana_, draft, {"answers": [{"question": str(question.key), "text": ""}]})
    answer = act(ana_, draft, "submit")
    assert (problem(answer), field(answer)) == ((400, "unanswered"), [f"answers.{question.key}"])
    change(ana_, draft, written(draft.campaign) | {"district": None})
    answer = act(ana_, draft, "submit")
    assert (problem(answer), field(answer)) == ((400, "no_district"), ["district"])


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"answers": [{"question": "5f0f2e2e-0000-4000-8000-000000000000", "text": "x"}]}, "answers"),
        ({"answers": [{"question": "x", "text": "x"}]}, "answers.0.question"),
        ({"answers": [{"text": "x"}]}, "answers.0.question"),
        ({"answers": {"text": "x"}}, "answers.non_field_errors"),
        ({"district": "E00000000"}, "district"),
    ],
)
def test_what_is_wrong_is_named(ana_, draft, change, fields, name):
    answer = change(ana_, draft, fields)
    assert (answer.status_code, field(answer)) == (400, [name])


def test_an_answer_that_is_too_long_to_be_kept_is_refused(ana_, draft, change):
    answer = change(ana_, draft, written(draft.campaign, text="x" * 20_001))
    assert answer.status_code == 400
    assert set(field(answer)) == {"answers.0.text", "answers.1.text"}


def test_a_coordinator_reads_what_was_written_and_never_by_whom(kit_, ana, sent):
    answers = [kit_.get(at(sent)), kit_.get(APPLICATIONS)]
    assert [row["text"] for row in answers[0].json()["answers"]] == [TEXT, TEXT]
    assert answers[0].json()["can"] == ["contact", "shortlist", "turn-down"]
    for answer in answers:
        assert ana.email not in answer.content.decode()
        assert ana.display_name not in answer.content.decode()
    assert not AuditEvent.objects.filter(act="application.see_contact").exists()


def test_whoever_looks_up_who_wrote_it_leaves_a_trace(kit_, kit, ana, sent):
    answer = kit_.get(f"{at(sent)}/contact")
    assert (answer.status_code, answer.json()) == (200, {"name": ana.display_name, "email": ana.email})
    assert AuditEvent.objects.filter(act="application.see_contact").count() == 1


def test_who_wrote_it_is_shown_to_nobody_else(ana_, cora_, sam_, sent):
    assert problem(ana_.get(f"{at(sent)}/contact")) == (403, "not_allowed")
    assert {client.get(f"{at(sent)}/contact").status_code for client in [cora_, sam_]} == {404}


def test_a_draft_is_its_writers_alone(ana_, kit_, cora_, sam_, draft, act):
    assert ana_.get(at(draft)).status_code == 200
    for client in [kit_, cora_, sam_]:
        assert client.get(at(draft)).status_code == 404
        assert keys(client.get(APPLICATIONS)) == []
        assert act(client, draft, "submit").status_code == 404


def test_to_others_an_application_is_not_there(cora_, sam_, sent, act, send):
    for client in [cora_, sam_]:
        assert client.get(at(sent)).status_code == 404
        assert keys(client.get(APPLICATIONS)) == []
        assert {act(client, sent, name, said).status_code for name, said in DECISIONS.items()} == {404}
        assert send(client, "patch", at(sent), {"district": None}, **{"If-Match": "*"}).status_code == 404
    sent.refresh_from_db()
    assert sent.status == "submitted"


def test_an_applicant_decides_nothing_and_a_coordinator_writes_nothing(ana_, kit_, sent, act, change):
    for name, said in DECISIONS.items():
        assert problem(act(ana_, sent, name, said)) == (403, "not_allowed")
    for answer in [change(kit_, sent, {"district": None}), act(kit_, sent, "withdraw")]:
        assert problem(answer) == (403, "not_allowed")


def test_nobody_decides_on_their_own(kit, kit_, campaign, act):
    own = make_application(campaign, kit)
    assert problem(act(kit_, own, "shortlist")) == (403, "not_the_same_person")
    assert kit_.get(at(own)).json()["can"] == ["change", "withdraw", "contact"]


def test_a_coordinator_shortlists_puts_back_and_offers(kit_, sent, act):
    assert act(kit_, sent, "shortlist").json()["status"] == "shortlisted"
    assert act(kit_, sent, "unshortlist").json()["status"] == "submitted"
    assert problem(act(kit_, sent, "offer")) == (409, "wrong_state")
    act(kit_, sent, "shortlist")
    made = act(kit_, sent, "offer")
    offer = Offer.objects.get()
    assert (made.status_code, made.json()["key"], made.json()["status"]) == (200, str(offer.key), "open")
    assert kit_.get(at(sent)).json()["offer"] == str(offer.key)


def test_an_offer_can_say_until_when(kit_, sent, act):
    act(kit_, sent, "shortlist")
    answer = act(kit_, sent, "offer", {"answer_by": "2020-01-01T00:00:00Z"})
    assert (problem(answer), field(answer)) == ((400, "deadline_past"), ["answer_by"])
    answer = act(kit_, sent, "offer", {"answer_by": "2040-01-01T00:00:00Z"})
    assert (problem(answer), field(answer)) == ((400, "deadline_too_late"), ["answer_by"])
    until = timezone.now() + timedelta(days=3)
    act(kit_, sent, "offer", {"answer_by": until.isoformat()})
    assert Offer.objects.get().answer_by == until


def test_a_no_comes_with_a_reason(kit_, ana, sent, act, django_capture_on_commit_callbacks):
    for said in [{}, {"feedback": " "}]:
        assert field(act(kit_, sent, "turn-down", said)) == ["feedback"]
    with django_capture_on_commit_callbacks(execute=True):
        assert act(kit_, sent, "turn-down", {"feedback": "Say what you did."}).json()["status"] == "unsuccessful"
    assert "Say what you did." in mail.outbox[-1].body


def test_of_two_who_decide_at_once_the_second_is_told(kit_, sent, act):
    read = kit_.get(at(sent))["ETag"]
    assert act(kit_, sent, "shortlist", **{"If-Match": read}).status_code == 200
    late = act(kit_, sent, "turn-down", {"feedback": "No."}, **{"If-Match": read})
    assert problem(late) == (412, "precondition_failed")


def test_what_the_applicant_has_changed_meanwhile_is_read_again_first(kit_, ana_, sent, change, act):
    read = kit_.get(at(sent))["ETag"]
    change(ana_, sent, written(sent.campaign, text="Better said."))
    assert problem(act(kit_, sent, "shortlist", **{"If-Match": read})) == (412, "precondition_failed")


def test_acts_honour_what_was_read_in_every_order_of_locks(ana_, kit_, draft, act):
    assert act(ana_, draft, "submit", **{"If-Match": ana_.get(at(draft))["ETag"]}).status_code == 200
    act(kit_, draft, "shortlist")
    assert act(kit_, draft, "offer", **{"If-Match": kit_.get(at(draft))["ETag"]}).status_code == 200


def test_a_request_that_comes_again_is_done_once(ana_, kit_, campaign, draft, send):
    for name in ["submit", "withdraw"]:
        first, again = (send(ana_, "post", f"{at(draft)}/{name}", key=name) for _ in range(2))
        assert (again.status_code, again.content, again["Idempotency-Replayed"]) == (first.status_code, first.content, "true")
    begun, again = (send(ana_, "post", APPLICATIONS, {"campaign": str(campaign.key)}, key="begin") for _ in range(2))
    assert (again.status_code, again.json()) == (201, begun.json())
    assert Application.objects.count() == 2


def test_to_withdraw_erases_it_and_answers_nothing(ana_, kit_, sent, act):
    gone = act(ana_, sent, "withdraw")
    assert (gone.status_code, gone.content) == (204, b"")
    assert ana_.get(at(sent)).status_code == 404
    assert kit_.get(at(sent)).json()["answers"] == []
    assert problem(kit_.get(f"{at(sent)}/contact")) == (409, "wrong_state")


def test_a_status_is_never_written(ana_, draft, change, act):
    changed = change(ana_, draft, {"status": "appointed", "submitted_at": "2020-01-01T00:00:00Z", "reference": "X"})
    assert (changed.status_code, changed.json()["status"], changed.json()["reference"]) == (200, "draft", draft.reference)
    assert act(ana_, draft, "submit", {"status": "appointed"}).json()["status"] == "submitted"


def test_a_program_that_reads_does_not_write(reader, sent, act, send):
    assert reader.get(at(sent)).status_code == 200
    for answer in [act(reader, sent, "shortlist"), send(reader, "post", APPLICATIONS, {})]:
        assert problem(answer) == (403, "scope_missing")


def test_applications_are_found_by_campaign_and_state(kit, kit_, panel, ana, sent):
    other = make_application(make_campaign(panel, kit), ana)
    recruitment.shortlist(other, by=kit)
    assert keys(kit_.get(APPLICATIONS, {"campaign": sent.campaign.key})) == [str(sent.key)]
    assert keys(kit_.get(APPLICATIONS, {"status": "shortlisted"})) == [str(other.key)]
    assert problem(kit_.get(APPLICATIONS, {"applicant": ana.key}))[0] == 400


@pytest.mark.parametrize("client", ["kit_", "ana_"])
def test_a_list_costs_the_same_for_one_and_for_three(request, kit, panel, ana, sent, queries, client):
    client = request.getfixturevalue(client)
    one = queries(client, APPLICATIONS)
    for _ in range(2):
        make_offer(make_application(make_campaign(panel, kit), ana), kit)
    assert len(keys(client.get(APPLICATIONS))) == 3
    assert queries(client, APPLICATIONS) == one
