"""From a meeting to the money over the interface alone: Mo by session, Cas, Pat and Fin by tokens that they make."""

import csv
import io
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from PIL import Image

from tests.journeys import client

pytestmark = pytest.mark.journey
TODAY = str(datetime.now(ZoneInfo("Europe/London")).date())
ACCOUNT = {"name": "M Example", "sort_code": "08-99-99", "account_number": "66374958"}
SCOPES = {
    "cas": ["claims/read", "claims/decide"],
    "pat": ["claims/read", "claims/decide"],
    "fin": ["claims/read", "payments/read", "payments/write", "bank-files/read"],
}


@pytest.fixture
def mo(platform, accounts):
    with client.browser(platform.url) as http:
        yield client.sign_in(http, accounts["mo"])


def photo() -> bytes:
    content = io.BytesIO()
    Image.effect_noise((600, 900), 40).save(content, "JPEG")
    return content.getvalue()


def refusal(answer) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def key_of(place: str) -> str:
    return place.rpartition("/")[2]


def claim_for_a_meeting(mo) -> str:
    """Where Mo's claim is, with a taxi and its receipt in it."""
    attendance = mo.get("/attendances", claimed="false").json()["results"][0]
    begun = mo.twice("/claims", {"attendance": attendance["key"]})
    place = begun.headers["location"].removeprefix(client.V1)
    assert begun.json()["day"] == attendance["day"]
    (card,) = mo.get("/rate-cards", day=attendance["day"]).json()["results"]
    rates = {rate["code"]: rate["key"] for rate in mo.get(f"/rate-cards/{card['key']}").json()["rates"]}
    taxi = {"claim": key_of(place), "rate": rates["TAXI"], "spent": "18.60", "reason": "No tram at night. Zażółć 🙂"}
    assert refusal(mo.post("/claim-lines", taxi | {"spent": "£1,2O"})) == (400, "invalid")
    line = mo.twice("/claim-lines", taxi).json()
    assert (line["amount"], line["wants_receipt"]) == ("18.60", True)
    add_receipt(mo, line["key"])
    return place


def add_receipt(mo, line: str) -> None:
    text = mo.upload("/receipts", {"line": line}, ("photo.jpg", b"Dear checker, trust me."))
    assert refusal(text) == (400, "receipt_not_a_receipt")
    receipt = mo.twice("/receipts", {"line": line}, file=("photo.jpg", photo())).json()
    page = mo.get(f"/receipts/{receipt['key']}/pages/1")
    assert (page.headers["content-type"], page.content[:3]) == ("image/jpeg", b"\xff\xd8\xff")
    assert "sandbox" in page.headers["content-security-policy"]


def send(mo, place: str) -> dict:
    """Tell where the money goes, and send the claim for the sum that was read."""
    payee = mo.twice("/payees", ACCOUNT).json()
    assert payee["ending"] == "4958"
    assert "66374958" not in mo.get(f"/payees/{payee['key']}").text
    total = mo.get(place).json()["total"]
    assert refusal(mo.post(f"{place}/submit", {"total": "1.00"})) == (409, "sum_changed")
    return mo.twice(f"{place}/submit", {"total": total}).json()


def ask_and_check(cas, mo, place: str) -> None:
    """Cas asks, Mo answers by changing a line, Cas checks what was read."""
    assert key_of(place) in [row["key"] for row in cas.get("/claims", status="submitted").json()["results"]]
    assert cas.twice(f"{place}/ask", {"question": "Was it £18.60 or £18.50?"}).json()["status"] == "returned"
    assert cas.get(place).json()["lines"] == []
    returned = mo.get(place).json()
    assert returned["question"] == "Was it £18.60 or £18.50?"
    line = next(line for line in returned["lines"] if line["rate"]["code"] == "TAXI")
    assert mo.change(f"/claim-lines/{line['key']}", {"spent": "18.50"}).json()["amount"] == "18.50"
    assert mo.twice(f"{place}/submit").json()["status"] == "submitted"
    late = cas.post(f"{place}/check", **{"If-Match": '"something-else"'})
    assert refusal(late) == (412, "precondition_failed")
    assert cas.post(f"{place}/check", **{"If-Match": cas.get(place).headers["etag"]}).json()["status"] == "checked"
    assert refusal(cas.post(f"{place}/approve")) == (403, "not_allowed")


def pay(fin, place: str, claim: dict) -> str:
    """Fin pays this claim and no other; answers its reference."""
    found = fin.get("/payment-runs/candidates").json()["results"]
    assert [row["total"] for row in found if row["claim"] == claim["key"]] == [claim["total"]]
    run = fin.twice("/payment-runs", {"pays_on": TODAY, "claims": [claim["key"]]})
    where = run.headers["location"].removeprefix(client.V1)
    (payment,) = run.json()["payments"]
    assert (payment["amount"], payment["ending"]) == (claim["total"], "4958")
    assert refusal(fin.get(f"{where}/file")) == (409, "wrong_state")
    assert fin.twice(f"{where}/export").json()["status"] == "exported"
    (row,) = csv.DictReader(io.StringIO(fin.get(f"{where}/file").text))
    assert (row["account number"], row["amount"], row["reference"]) == ("66374958", claim["total"], payment["reference"])
    assert fin.twice(f"{where}/mark-paid").json()["status"] == "paid"
    assert refusal(fin.post(f"{where}/mark-paid")) == (409, "wrong_state")
    return payment["reference"]


def test_from_a_meeting_to_the_money(mo, program, mail, accounts):
    place = claim_for_a_meeting(mo)
    sent = send(mo, place)
    assert float(sent["fee"]) + float(sent["expenses"]) == float(sent["total"])
    ask_and_check(program("cas", *SCOPES["cas"]), mo, place)
    approved = program("pat", *SCOPES["pat"]).twice(f"{place}/approve").json()
    assert approved["can"] == []
    reference = pay(program("fin", *SCOPES["fin"]), place, approved)
    paid = mo.get(place).json()
    assert (paid["status"], paid["payment"]["reference"]) == ("paid", reference)
    assert (paid["expenses"], paid["payment"]["ending"]) == ("18.50", "4958")
    assert refusal(mo.post(f"{place}/withdraw")) == (409, "wrong_state")
    assert mo.get("/attendances", claimed="true").json()["results"]
    assert reference in mail(accounts["mo"]["email"], "We have paid you")


def test_what_is_too_large_is_refused_and_the_connection_goes_on(mo):
    large = mo.upload("/receipts", {"line": "00000000-0000-4000-8000-000000000000"}, ("photo.jpg", b"x" * 22 * 1024**2))
    assert refusal(large) == (413, "too_large")
    assert mo.get("/me").status_code == 200


def test_a_stranger_finds_nothing_and_a_token_does_what_it_was_made_for(platform, program):
    with client.browser(platform.url) as stranger:
        assert client.Interface(stranger).get("/claims").status_code == 401
    fin = program("fin", *SCOPES["fin"])
    assert refusal(fin.post("/payees", ACCOUNT)) == (403, "scope_missing")
    assert refusal(program("pat", *SCOPES["pat"]).get("/payment-runs")) == (403, "scope_missing")
