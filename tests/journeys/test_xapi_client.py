"""A program of somebody else's: the client that npm calls @xapi/xapi, in a page, stores and reads back what it keeps."""

from __future__ import annotations

import json
import re
import uuid

import pytest

from tests.journeys import looking

pytestmark = pytest.mark.journey
CLIENT = looking.ROOT / "node_modules" / "@xapi" / "xapi" / "dist" / "XAPI.umd.js"
PAGE = "<!doctype html><html lang=en><title>A tool</title><script src=/a-tool.js></script>"
ACTIVITY = "https://tool.example/activities/été"
CREDENTIAL = """
from learning.lrs import credentials
made, secret = credentials.create(name, ["all"])
open(file, "w").write(f"{made.key}:{secret}")
"""
# `ask(xapi, given)` in the page; what it gives back, in JSON.
ASK = """async ([setting, given, ask]) => {
  const xapi = new XAPI({...setting, auth: XAPI.toBasicAuth(...setting.auth.split(":"))});
  try {
    return await eval(ask)(xapi, given);
  } catch (refusal) {
    throw new Error(JSON.stringify(refusal.response?.data ?? refusal.message));
  }
}"""
STATEMENTS = """async (xapi, {actor, activity}) => {
  const say = (verb) => ({actor, verb, object: {objectType: "Activity", id: activity, definition: {name: {fr: "Été 🙂"}}}});
  const [first] = (await xapi.sendStatement({statement: say(XAPI.Verbs.INITIALIZED)})).data;
  const others = (await xapi.sendStatements({statements: [say(XAPI.Verbs.PROGRESSED), say(XAPI.Verbs.COMPLETED)]})).data;
  const page = (await xapi.getStatements({agent: actor, limit: 2, ascending: true})).data;
  const more = (await xapi.getMoreStatements({more: page.more})).data;
  const canonical = (await xapi.getStatements({activity, verb: XAPI.Verbs.COMPLETED.id, format: "canonical"})).data;
  const [voiding] = (await xapi.voidStatement({actor, statementId: first})).data;
  return {
    sent: [first, ...others],
    read: [...page.statements, ...more.statements].map((each) => each.id),
    end: more.more,
    names: canonical.statements.map((each) => each.object.definition.name.fr),
    voided: (await xapi.getVoidedStatement({voidedStatementId: first})).data.id,
    voids: (await xapi.getStatement({statementId: voiding})).data.object.id,
  };
}"""
FILE = """async (xapi, {actor, activity}) => {
  const content = new TextEncoder().encode("hello, été").buffer;
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", content));
  const sha2 = [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  const file = {usageType: XAPI.AttachmentUsages.SUPPORTING_MEDIA, display: {en: "Words"}, contentType: "text/plain"};
  const statement = {actor, verb: XAPI.Verbs.INITIALIZED, object: {id: activity}};
  statement.attachments = [{...file, length: content.byteLength, sha2}];
  const [id] = (await xapi.sendStatement({statement, attachments: [content]})).data;
  const [said, words] = (await xapi.getStatement({statementId: id, attachments: true})).data;
  return {asked: id, answered: said.id, words};
}"""
STATE = """async (xapi, {actor, activity}) => {
  const place = {agent: actor, activityId: activity, registration: crypto.randomUUID()};
  await xapi.createState({...place, stateId: "bookmark", state: {page: 1}});
  await xapi.createState({...place, stateId: "bookmark", state: {seen: ["été"]}});
  const first = await xapi.getState({...place, stateId: "bookmark"});
  const fresh = {etag: first.headers.etag, matchHeader: "If-Match"};
  await xapi.setState({...place, stateId: "bookmark", state: {page: 2}, ...fresh});
  const late = await xapi.setState({...place, stateId: "bookmark", state: {}, ...fresh}).catch((refusal) => refusal);
  await xapi.setState({...place, stateId: "note", state: "plain words", contentType: "text/plain"});
  const names = (await xapi.getStates(place)).data;
  const second = (await xapi.getState({...place, stateId: "bookmark"})).data;
  const note = (await xapi.getState({...place, stateId: "note"})).data;
  await xapi.deleteState({...place, stateId: "note"});
  const left = (await xapi.getStates(place)).data;
  await xapi.deleteStates(place);
  const none = (await xapi.getStates(place)).data;
  return {first: first.data, second, note, names, left, none, late: (late.response?.data ?? JSON.parse(late.message)).code};
}"""
PROFILES = """async (xapi, {actor, activity}) => {
  const fresh = {etag: "*", matchHeader: "If-None-Match"};
  const found = [];
  for (const [kind, place] of [["Agent", {agent: actor}], ["Activity", {activityId: activity}]]) {
    const document = {...place, profileId: `colours-${kind}`};
    await xapi[`create${kind}Profile`]({...document, profile: {ink: "blue"}});
    const one = await xapi[`get${kind}Profile`](document);
    await xapi[`set${kind}Profile`]({...document, profile: {ink: "red"}, etag: one.headers.etag, matchHeader: "If-Match"});
    await xapi[`set${kind}Profile`]({...place, profileId: "new", profile: {}, ...fresh});
    const names = (await xapi[`get${kind}Profiles`](place)).data;
    const two = (await xapi[`get${kind}Profile`](document)).data;
    for (const profileId of names) await xapi[`delete${kind}Profile`]({...place, profileId});
    found.push({one: one.data, two, names, left: (await xapi[`get${kind}Profiles`](place)).data});
  }
  return found;
}"""
ABOUT = """async (xapi, {actor, activity}) => [
  (await xapi.getAbout()).data.version,
  (await xapi.getAgent({agent: actor})).data,
  (await xapi.getActivity({activityId: activity})).data.id,
]"""


@pytest.fixture(scope="module")
def key(platform):
    """Key and secret of a tool's credential."""
    file = platform.var / "a-tool"
    platform.run(CREDENTIAL, name=f"A tool {uuid.uuid4()}", file=str(file))
    return file.read_text()


@pytest.fixture(params=[("1.0.3", "axios"), ("2.0.0", "fetch")], ids=" by ".join)
def ask(request, browser, platform, key):
    """`ask(script)`: what the script of the page gives back, with a person and an activity that are new."""
    version, adapter = request.param
    setting = {"endpoint": f"{platform.url}/xapi/", "auth": key, "version": version, "adapter": adapter}
    given = {
        "actor": {"objectType": "Agent", "mbox": f"mailto:{uuid.uuid4()}@tool.example"},
        "activity": f"{ACTIVITY}/{uuid.uuid4()}",
    }
    page = browser.new_page(base_url=platform.url)
    page.route("**/a-tool", lambda route: route.fulfill(body=PAGE, content_type="text/html; charset=utf-8"))
    page.route("**/a-tool.js", lambda route: route.fulfill(path=CLIENT, content_type="text/javascript"))
    page.goto("/a-tool")
    yield lambda script: page.evaluate(ASK, [setting, given, script])
    page.close()


def test_it_stores_reads_pages_and_voids_statements(ask):
    found = ask(STATEMENTS)
    assert found["read"] == found["sent"]
    assert found["end"] == ""
    assert found["names"] == ["Été 🙂"]
    assert found["voided"] == found["voids"] == found["sent"][0]


def test_it_sends_a_file_and_gets_it_back(ask):
    found = ask(FILE)
    assert found["answered"] == found["asked"]
    assert found["words"] == "hello, été"


def test_it_keeps_a_state(ask):
    found = ask(STATE)
    assert (found["first"], found["second"]) == ({"page": 1, "seen": ["été"]}, {"page": 2})
    assert found["note"] == "plain words"
    assert (found["names"], found["left"], found["none"]) == (["bookmark", "note"], ["bookmark"], [])
    assert found["late"] == "precondition_failed"


def test_it_keeps_profiles_of_an_agent_and_of_an_activity(ask):
    for kind, found in zip(["Agent", "Activity"], ask(PROFILES), strict=True):
        assert found == {"one": {"ink": "blue"}, "two": {"ink": "red"}, "names": [f"colours-{kind}", "new"], "left": []}


def test_it_asks_who_we_are_and_what_we_know(ask):
    versions, person, activity = ask(ABOUT)
    assert versions == ["1.0.3", "2.0.0"]
    assert person["objectType"] == "Person"
    assert re.fullmatch(rf"{ACTIVITY}/[0-9a-f-]{{36}}", activity)
    assert json.dumps(person["mbox"]).endswith('@tool.example"]')
