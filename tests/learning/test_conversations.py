"""A learner in a conversation with branches: choosing, going back, coming again, coming to an ending."""

import json
import uuid

import pytest
from django.urls import reverse

from core import errors
from learning import completion, conversations, playing
from learning.demo import course as demo_course
from learning.lrs import vocabulary
from learning.models import ConversationPath, ModuleProgress, Statement
from tests.factories.learning import conversation_facts, right_answer, talk_to_an_end, talking_facts, work_through
from website import privacy


@pytest.fixture
def module(course):
    demo_course.load_module(course, talking_facts(8))
    return course.modules().get(title="Module 8")


@pytest.fixture
def progress(registration, module, lee):
    return playing.open_module(registration, module, by=lee)


@pytest.fixture
def talking(module):
    return next(step for step in module.lesson() if step.conversation)


@pytest.fixture
def logged_in(client, lee):
    client.force_login(lee)
    return client


def at_moment(step, name: str, words: str) -> str:
    """The id of the choice with these words, at that moment."""
    moment = next(each for each in step.conversation.value["moments"] if each["name"] == name)
    return next(each.id for each in moment["choices"].bound_blocks if words in each.value["says"])


@pytest.fixture
def say(progress, talking, lee):
    """`say(moment, words)`: choose, at that moment, what holds these words."""

    def choose(moment: str, words: str, token: uuid.UUID | None = None) -> conversations.Way:
        key = at_moment(talking, moment, words)
        return conversations.choose(progress, talking, key, by=lee, token=token or uuid.uuid4())

    return choose


def changed(course, **changes):
    """The module with its conversation changed by its author, and the step of it."""
    module = demo_course.load_module(course, talking_facts(8, **changes))
    return next(step for step in module.lesson() if step.conversation)


def responses() -> list[dict]:
    rows = Statement.objects.filter(verb=vocabulary.RESPONDED).order_by("stored", "timestamp")
    return [row.body for row in rows]


# The way ------------------------------------------------------------------------------------------


def test_it_begins_at_the_first_moment(progress, talking):
    way = conversations.way(progress, talking)
    assert way.now.value["name"] == "start"
    assert not way.turns
    assert not ConversationPath.objects.exists()


def test_a_choice_leads_to_its_moment(say):
    way = say("start", "wife")
    assert way.now.value["name"] == "closed"
    assert [turn.choice.value["effect"] for turn in way.turns] == ["Sam looks at the floor."]


def test_a_slip_can_be_mended(say):
    say("start", "wife")
    way = say("closed", "Who is with you")
    assert way.is_at_end
    assert way.now.value["name"] == "end-open"


def test_a_doubled_click_is_one_choice(say):
    token = uuid.uuid4()
    say("start", "wife", token)
    way = say("start", "wife", token)
    assert len(way.turns) == 1
    assert len(responses()) == 1


def test_going_back_takes_back_one_choice_however_often_it_is_pressed(say, progress, talking, lee):
    say("start", "wife")
    say("closed", "Sign")
    for _press in range(2):
        way = conversations.go_back(progress, talking, by=lee, turns=2)
    assert way.now.value["name"] == "closed"
    assert len(conversations.way(progress, talking).turns) == 1


def test_going_back_at_the_beginning_does_nothing(progress, talking, lee):
    assert not conversations.go_back(progress, talking, by=lee, turns=0).turns


def test_what_was_taken_back_stays_said_in_the_record(say, progress, talking, lee):
    say("start", "wife")
    conversations.go_back(progress, talking, by=lee, turns=1)
    assert len(responses()) == 1


def test_beginning_again_keeps_the_endings_that_were_found(say, progress, talking, lee):
    say("start", "Who is with you")
    way = conversations.begin_again(progress, talking, by=lee)
    assert (way.now.value["name"], way.found, len(way.endings)) == ("start", 1, 2)
    say("start", "wife")
    assert say("closed", "Sign").found == 2


def test_an_ending_that_is_reached_twice_is_found_once(say, progress, talking, lee):
    say("start", "Who is with you")
    conversations.begin_again(progress, talking, by=lee)
    assert say("start", "Who is with you").found == 1


def test_who_comes_back_goes_on_where_they_were(say, progress, talking):
    say("start", "wife")
    again = ModuleProgress.objects.get(pk=progress.pk)
    assert conversations.way(again, talking).now.value["name"] == "closed"


@pytest.mark.parametrize(("words", "code"), [("", "no_answer"), ("nonsense", "unknown_answer")])
def test_a_wrong_choice_is_refused_and_nothing_is_stored(progress, talking, lee, words, code):
    with pytest.raises(errors.DomainError) as refused:
        conversations.choose(progress, talking, words, by=lee, token=uuid.uuid4())
    assert refused.value.code == code
    assert not responses()


def test_what_belongs_to_another_moment_cannot_be_said(say):
    with pytest.raises(errors.DomainError, match="gone on"):
        say("closed", "Sign")


def test_at_an_ending_nothing_more_is_said(say):
    say("start", "Who is with you")
    with pytest.raises(errors.DomainError):
        say("start", "wife")


def test_who_goes_round_and_round_is_stopped(course, registration, lee):
    moments = conversation_facts()["moments"]
    moments[0]["choices"][0]["leads_to"] = "start"
    moments[0]["choices"].append({"says": "“Wait.”", "effect": "Sam waits.", "leads_to": "closed"})
    step = changed(course, moments=moments)
    progress = playing.open_module(registration, course.modules().get(title="Module 8"), by=lee)
    round_it_goes = at_moment(step, "start", "wife")
    path = [round_it_goes] * conversations.LONGEST
    ConversationPath.objects.create(progress=progress, conversation=step.conversation.id, path=path)
    with pytest.raises(errors.DomainError, match="round"):
        conversations.choose(progress, step, round_it_goes, by=lee, token=uuid.uuid4())


# Changed by its author ----------------------------------------------------------------------------


def test_reworded_words_leave_the_way_as_it_is(say, course, progress):
    say("start", "wife")
    moments = conversation_facts()["moments"]
    moments[0]["choices"][0]["says"] = "“Is your husband coming?”"
    way = conversations.way(progress, changed(course, moments=moments))
    assert way.now.value["name"] == "closed"
    assert "husband" in way.turns[0].choice.value["says"]


def test_a_moment_in_between_cuts_no_way(say, course, progress):
    say("start", "wife")
    moments = conversation_facts()["moments"]
    moments[0]["choices"].append({"says": "“Wait here.”", "effect": "Sam waits.", "leads_to": "waiting"})
    moments.insert(1, {"name": "waiting", "says": "Sam waits.", "choices": moments[0]["choices"][:2]})
    assert conversations.way(progress, changed(course, moments=moments)).now.value["name"] == "closed"


def test_where_a_choice_was_taken_out_the_way_is_cut_before_it(course, registration, lee):
    moments = conversation_facts()["moments"]
    moments[1]["choices"].append({"says": "“Wait here.”", "effect": "Sam waits.", "leads_to": "start"})
    step = changed(course, moments=moments)
    progress = playing.open_module(registration, course.modules().get(title="Module 8"), by=lee)
    for moment, words in [("start", "wife"), ("closed", "Wait"), ("start", "Who is with you")]:
        way = conversations.choose(progress, step, at_moment(step, moment, words), by=lee, token=uuid.uuid4())
    assert way.is_at_end
    step = changed(course)
    assert conversations.way(progress, step).now.value["name"] == "closed"
    assert conversations.go_back(progress, step, by=lee, turns=1).now.value["name"] == "start"


def test_an_ending_once_reached_stays_reached_when_it_was_taken_out(say, course, progress):
    say("start", "wife")
    say("closed", "Sign")
    moments = conversation_facts()["moments"]
    moments[3]["name"] = moments[1]["choices"][1]["leads_to"] = "another-end"
    way = conversations.way(progress, changed(course, moments=moments))
    assert way.has_ended
    assert way.found == 0


# Finishing ----------------------------------------------------------------------------------------


def test_a_module_is_not_finished_before_its_conversation_came_to_an_ending(progress, module, lee):
    asking = next(step for step in module.lesson() if step.question)
    playing.answer(progress, asking, [right_answer(asking)], by=lee, token=uuid.uuid4())
    with pytest.raises(errors.DomainError, match="ending of the conversation in step 2"):
        playing.finish(progress, by=lee)


def test_any_ending_will_do_and_none_is_scored(say, progress, module, talking, lee):
    say("start", "wife")
    say("closed", "Sign")
    asking = next(step for step in module.lesson() if step.question)
    playing.answer(progress, asking, [right_answer(asking)], by=lee, token=uuid.uuid4())
    done = playing.finish(progress, by=lee)
    assert (done.status, done.score) == (ModuleProgress.Status.COMPLETED, 1)


def test_who_begins_again_after_an_ending_can_finish(say, progress, module, talking, lee):
    talk_to_an_end(progress, talking, lee)
    conversations.begin_again(progress, talking, by=lee)
    assert talking not in playing.waiting(progress)


# Statements ---------------------------------------------------------------------------------------


def test_a_choice_is_a_statement_about_the_conversation_and_judges_nobody(say, progress, module, talking):
    say("start", "wife")
    (said,) = responses()
    assert said["object"]["id"] == vocabulary.conversation_iri(module.activity, talking.conversation.id)
    assert said["result"] == {"response": at_moment(talking, "start", "wife")}
    assert said["context"]["contextActivities"] == {
        "parent": [{"objectType": "Activity", "id": vocabulary.activity_iri(module.activity)}]
    }


def test_an_ending_is_said_with_the_choice_that_led_to_it(say):
    say("start", "wife")
    say("closed", "Sign")
    assert [body["result"].get("completion") for body in responses()] == [None, True]


def test_no_words_of_the_conversation_leak_into_a_statement(registration, module, lee):
    work_through(registration, module, lee)
    words = json.dumps([row.body for row in Statement.objects.all()], ensure_ascii=False)
    for word in ["Sam", "wife", "Who is with you", "desk", "start", "end-open", "looks"]:
        assert word not in words


def test_progress_derived_anew_is_the_same(registration, module, lee):
    work_through(registration, module, lee)
    before = ModuleProgress.objects.values().get()
    completion.rebuild()
    assert ModuleProgress.objects.values().get() == before


# Erasing ------------------------------------------------------------------------------------------


def test_a_learner_is_shown_their_ways_and_erasing_takes_them(say, lee):
    say("start", "wife")
    assert len(privacy.held_about(lee)["conversations"]) == 1
    privacy.erase(lee, by=lee)
    assert not ConversationPath.objects.exists()


# Pages --------------------------------------------------------------------------------------------


def step_url(progress, step) -> str:
    return reverse("learning:play", args=[progress.key, step.number])


def test_the_page_holds_the_way_so_far_and_what_can_be_said_now(logged_in, progress, talking):
    posted = {"act": "say", "step": talking.id, "answer": at_moment(talking, "start", "wife"), "token": uuid.uuid4()}
    answer = logged_in.post(step_url(progress, talking), posted)
    assert answer.url == f"{step_url(progress, talking)}#now"
    text = logged_in.get(step_url(progress, talking)).content.decode()
    for words in ["come about the letter", "Is your wife coming", "Sam looks at the floor", "I came alone", "Sign here"]:
        assert words in text
    assert text.count('id="now"') == 1
    assert "Continue to step" not in text


def test_at_an_ending_there_is_a_lesson_and_a_way_on(logged_in, progress, talking, lee):
    talk_to_an_end(progress, talking, lee)
    text = logged_in.get(step_url(progress, talking)).content.decode()
    assert "You asked who." in text
    assert "You found 1 of 2 endings." in text
    assert "Continue to step 3" in text
    assert "Say this" not in text


def test_choosing_nothing_says_so_beside_the_choices(logged_in, progress, talking):
    answer = logged_in.post(step_url(progress, talking), {"act": "say", "step": talking.id})
    text = answer.content.decode()
    assert answer.status_code == 422
    assert text.count("Choose what to say.") == 2
    assert 'href="#answer-1"' in text


def test_back_and_again_are_buttons(logged_in, say, progress, talking):
    say("start", "wife")
    say("closed", "Sign")
    logged_in.post(step_url(progress, talking), {"act": "back", "step": talking.id, "turns": 2})
    assert len(conversations.way(progress, talking).turns) == 1
    logged_in.post(step_url(progress, talking), {"act": "again", "step": talking.id, "turns": 1})
    assert not conversations.way(progress, talking).turns


@pytest.mark.parametrize("turns", ["", "x", "-1", "9" * 5000, "²"])
def test_a_broken_count_takes_nothing_back(logged_in, say, progress, talking, turns):
    say("start", "wife")
    assert logged_in.post(step_url(progress, talking), {"act": "back", "turns": turns}).status_code == 302
    assert len(conversations.way(progress, talking).turns) == 1


def test_nobody_says_anything_in_a_step_without_a_conversation(logged_in, progress):
    url = reverse("learning:play", args=[progress.key, 1])
    assert logged_in.post(url, {"act": "say", "answer": "x"}).status_code == 422


def test_the_finish_page_leads_to_the_conversation_that_waits(logged_in, progress, talking):
    text = logged_in.get(reverse("learning:finish", args=[progress.key])).content.decode()
    assert "2 steps are not done yet." in text
    assert "Step 2: Try it" in text


def test_a_stranger_finds_nothing(client, sam, progress, talking):
    client.force_login(sam)
    assert client.post(step_url(progress, talking), {"act": "say"}).status_code == 404


def test_an_author_previews_the_whole_conversation(module, rf, ed):
    request = rf.get("/")
    request.user = ed
    text = module.serve_preview(request, "lesson").render().content.decode()
    for words in ["Sam looks at the floor", "You asked who.", 'href="#2-end-shut"', 'id="2-end-shut"']:
        assert words in text
