"""A statement in plain words: our own people and pages by their keys, everything else in quotation marks."""

import pytest

from learning import playing, sentences
from learning.lrs import agents, vocabulary
from learning.models import ModulePage, Statement
from people import names
from website import privacy

pytestmark = pytest.mark.django_db
ELSEWHERE = {"id": "https://elsewhere.example/pages/welcome#top"}


@pytest.fixture
def reader(adi):
    return adi


@pytest.fixture
def module(registration):
    return ModulePage.objects.get(title="Module 1")


@pytest.fixture
def sentence(say, reader):
    """`sentence(verb, **changes)`: what a statement with these changes says to Adi."""

    def tell(verb="completed", /, **changes):
        (text,), _named = sentences.told([say(verb, **changes)], reader)
        return text

    return tell


def about(iri, **definition):
    return {"objectType": "Activity", "id": iri} | ({"definition": definition} if definition else {})


def of(person):
    return agents.account(person.actor_name)


def test_what_the_player_says_reads_as_a_sentence(registration, module, lee, reader):
    playing.open_module(registration, module, by=lee)
    (text,), named = sentences.told([Statement.objects.get().body], reader)
    assert text == "Lee Okafor went into Module 1"
    assert named == [lee]


@pytest.mark.parametrize("verb", vocabulary.VERBS)
def test_every_verb_of_ours_has_its_words(sentence, lee, module, verb):
    words = str(sentences.VERBS[vocabulary.VERBS[verb]])
    told = sentence(verb, actor=of(lee), object=about(vocabulary.activity_iri(module.activity)))
    assert told == f"Lee Okafor {words} Module 1"


def test_parts_of_a_module_are_named_after_it(sentence, lee, module):
    for make, words in [
        (vocabulary.step_iri, "a step of Module 1"),
        (vocabulary.question_iri, "a question in Module 1"),
        (vocabulary.conversation_iri, "a conversation in Module 1"),
    ]:
        assert sentence(actor=of(lee), object=about(make(module.activity, "a1"))).endswith(f" {words}")


def test_a_course_is_called_by_its_title_whatever_a_statement_calls_it(sentence, lee, course):
    iri = vocabulary.activity_iri(course.activity)
    told = sentence("satisfied", actor=of(lee), object=about(iri, name={"en": "Something else"}))
    assert told == f"Lee Okafor finished all of {course.title}"


def test_a_learner_is_called_by_their_name_of_today(sentence, lee, module):
    names.change(lee, "Leah Okafor", by=lee)
    told = sentence(actor=of(lee) | {"name": "Lee Okafor"}, object=about(vocabulary.activity_iri(module.activity)))
    assert told == "Leah Okafor completed Module 1"


def test_whoever_was_erased_has_left(sentence, lee, registration):
    actor = of(lee)
    privacy.erase(lee, by=lee)
    assert sentence(actor=actor, object=about(ELSEWHERE["id"])).startswith("A learner who has left completed ")


def test_whoever_may_not_see_others_reads_no_names_but_their_own(say, lee, sam, module):
    said = say("completed", actor=of(lee), object=about(vocabulary.activity_iri(module.activity)))
    assert sentences.told([said], sam) == (["A learner completed Module 1"], [])
    assert sentences.told([said], lee) == (["Lee Okafor completed Module 1"], [lee])


def test_strangers_call_themselves_something_and_are_known_by_something(sentence):
    actor = {"name": "Lee Okafor", "mbox": "mailto:pat@elsewhere.example"}
    assert sentence(actor=actor).startswith("“Lee Okafor” (pat@elsewhere.example) completed ")
    assert sentence(actor={"mbox": "mailto:pat@elsewhere.example"}).startswith("pat@elsewhere.example completed ")
    assert sentence(actor={"openid": "https://pat.example/"}).startswith("https://pat.example/ completed ")
    assert sentence(actor={"mbox_sha1sum": "a" * 40}).startswith("Somebody completed ")
    theirs = {"account": {"homePage": "https://elsewhere.example", "name": "pat"}}
    assert sentence(actor=theirs).startswith("pat completed ")
    forged = {"account": {"homePage": vocabulary.people(), "name": "Lee Okafor"}, "name": "Lee Okafor"}
    assert sentence(actor=forged).startswith("“Lee Okafor” (Lee Okafor) completed ")


def test_groups_have_a_name_or_a_number(sentence):
    members = [{"mbox": f"mailto:{name}@elsewhere.example"} for name in ["pat", "kim"]]
    assert sentence(actor={"objectType": "Group", "member": members}).startswith("A group of 2 ")
    assert sentence(actor={"objectType": "Group", "name": "Ward 7", "member": members}).startswith("“Ward 7” ")
    assert sentence(actor={"objectType": "Group", "mbox": "mailto:ward@elsewhere.example"}).startswith("A group ")


def test_outside_words_are_taken_in_the_readers_language_and_quoted(sentence, lee):
    verb = {"id": "https://elsewhere.example/verbs/saw", "display": {"de": "sah", "en-GB": "looked at"}}
    told = sentence(actor=of(lee), verb=verb, object=about(ELSEWHERE["id"], name={"de": "Hallo", "en": "Hello"}))
    assert told == "Lee Okafor “looked at” “Hello”"


@pytest.mark.parametrize(
    ("iri", "name"),
    [
        ("https://elsewhere.example/pages/welcome", "welcome"),
        ("https://elsewhere.example/pages#welcome", "welcome"),
        ("https://elsewhere.example/welcome/", "welcome"),
        ("urn:example:welcome", "welcome"),
        ("https://elsewhere.example", "elsewhere.example"),
    ],
)
def test_without_a_name_the_last_part_of_the_iri_stands_for_it(sentence, lee, iri, name):
    assert sentence(actor=of(lee), object=about(iri)).endswith(f" “{name}”")
    assert sentence(actor=of(lee), object=about(iri, name={"en": "  "})).endswith(f" “{name}”")
    assert sentence(actor=of(lee), verb={"id": iri}, object=about(iri)) == f"Lee Okafor “{name}” “{name}”"


def test_what_the_store_knows_of_an_activity_is_said_where_the_statement_says_nothing(sentence, store, say, lee):
    store(say("launched", object=about(ELSEWHERE["id"], name={"en": "Welcome"})))
    assert sentence(actor=of(lee), object=about(ELSEWHERE["id"])).endswith(" “Welcome”")


def test_statements_about_people_and_statements(sentence, lee, sam, module):
    assert sentence(actor=of(lee), object=of(sam)).endswith(" Sam Stranger")
    ref = {"objectType": "StatementRef", "id": "9b0fd7a5-1d53-4d26-a0cf-7d6a9f5f5c58"}
    assert sentence("voided", actor=of(lee), object=ref) == "Lee Okafor took back a statement"
    inner = {
        "objectType": "SubStatement",
        "actor": of(sam),
        "verb": vocabulary.verb("passed"),
        "object": about(vocabulary.activity_iri(module.activity)),
    }
    verb = {"id": "https://elsewhere.example/verbs/planned", "display": {"en": "planned"}}
    assert sentence(actor=of(lee), verb=verb, object=inner) == "Lee Okafor “planned” “Sam Stranger passed Module 1”"


def test_long_and_tricky_names_are_cut_and_cleaned(sentence, lee):
    told = sentence(actor=of(lee), object=about(ELSEWHERE["id"], name={"en": "x" * 500}))
    assert len(told) < 160 and told.endswith("…”")
    assert sentence(actor=of(lee), object=about(ELSEWHERE["id"], name={"en": "a\u202eb\n\x01c"})).endswith(" “ab c”")


def test_many_statements_cost_as_many_queries_as_one(say, lee, sam, module, reader, django_assert_num_queries):
    said = [say("passed", actor=of(each), object=about(vocabulary.activity_iri(module.activity))) for each in (lee, sam, lee)]
    reader.has_perm("learning.view_statements")
    for number in (1, 3):
        with django_assert_num_queries(4):
            assert len(sentences.told(said[:number], reader)[0]) == number
