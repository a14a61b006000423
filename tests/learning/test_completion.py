"""Every statement is stored, few count."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from core.models import AuditEvent, OutboxEvent
from learning import completion, courses, playing
from learning.demo import course as demo_course
from learning.lrs import agents, credentials, signatures, validation, vocabulary
from learning.models import BAND_FIELDS, Certificate, LaunchSession, ModuleProgress, MonthlyCount, Registration, Statement
from tests.factories.learning import finished, module_facts, said, void, work_through

CONTROL = ("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT", "ROLLBACK")


def queries(captured) -> list[str]:
    return [query["sql"] for query in captured if not query["sql"].startswith(CONTROL)]


@pytest.fixture
def module(course):
    return course.modules().first()


def test_a_module_worked_through_gives_a_certificate_and_counts_once(registration, module, lee):
    progress = work_through(registration, module, lee)
    assert progress.status == ModuleProgress.Status.COMPLETED
    assert progress.version == 1
    certificate = Certificate.objects.get(registration=registration)
    assert (certificate.module, certificate.title, certificate.version) == (module, "Module 1", 1)
    totals = MonthlyCount.objects.get(page=module, organisation=0, staff_group=0)
    assert (totals.starts, totals.completions) == (1, 1)


def test_the_statements_are_in_cmi5s_order(registration, module, lee):
    work_through(registration, module, lee)
    verbs = [row.verb for row in Statement.objects.order_by("timestamp", "stored")]
    last = [vocabulary.COMPLETED, vocabulary.PASSED, vocabulary.TERMINATED]
    assert verbs[0] == vocabulary.INITIALIZED
    assert set(verbs[1:-3]) == {vocabulary.PROGRESSED, vocabulary.ANSWERED}
    assert sorted(verbs[-3:]) == sorted(last)


def test_a_course_with_an_outline_is_not_completed(registration, course, lee):
    for module in course.modules().filter(is_outline=False):
        work_through(registration, module, lee)
    registration.refresh_from_db()
    assert registration.status == Registration.Status.ACTIVE
    assert not Certificate.objects.filter(registration=registration, module=None).exists()


def test_the_last_module_completes_the_course(full_course, lee):
    registration = courses.register(lee, full_course, by=lee)
    for module in full_course.modules():
        work_through(registration, module, lee)
    registration.refresh_from_db()
    assert registration.status == Registration.Status.COMPLETED
    assert Certificate.objects.filter(registration=registration, module=None).count() == 1
    assert Statement.objects.filter(verb=vocabulary.SATISFIED).count() == 1
    assert OutboxEvent.objects.filter(name="course.completed").count() == 1
    assert MonthlyCount.objects.get(page=full_course, organisation=0, staff_group=0).completions == 1


def test_an_outline_cannot_be_started_even_by_a_trusted_statement(registration, course, lee):
    outline = course.modules().get(is_outline=True)
    completion.record(finished(registration, outline))
    assert not ModuleProgress.objects.filter(module=outline).exists()


def test_a_course_certificate_keeps_the_versions_that_it_stands_for(full_course, lee):
    registration = courses.register(lee, full_course, by=lee)
    first, second = full_course.modules()
    for module in [second, first]:
        work_through(registration, module, lee)
    stands_for = [{"title": module.title, "version": 1} for module in (first, second)]
    assert registration.certificates.get(module=None).modules == stands_for
    first.title, first.mastery = "Something else", 50
    first.save_revision().publish()
    first.refresh_from_db()
    assert first.version == 2
    assert registration.certificates.get(module=None).modules == stands_for
    assert [row.modules for row in registration.certificates.exclude(module=None)] == [[], []]


@pytest.mark.parametrize("scopes", [["statements/read"], ["all"]])
def test_a_forged_completion_moves_nothing(registration, module, scopes):
    credential, _secret = credentials.create("Outsider", scopes)
    completion.record(finished(registration, module), credential=credential)
    assert Statement.objects.count() == 2
    assert not ModuleProgress.objects.exists()
    assert not Certificate.objects.exists()
    assert not MonthlyCount.objects.exclude(starts=0, completions=0).exists()


def test_a_credential_that_may_complete_learners_does(registration, module):
    credential, _secret = credentials.create("Trusted", ["all"])
    credentials.let_complete(credential, by=None)
    completion.record(finished(registration, module), credential=credential)
    assert ModuleProgress.objects.get().status == ModuleProgress.Status.COMPLETED


def test_nobody_completes_for_somebody_else(registration, module, sam):
    forged = [statement | {"actor": agents.account(sam.actor_name)} for statement in finished(registration, module)]
    completion.record(forged)
    assert not ModuleProgress.objects.exists()


def test_a_session_completes_only_its_own_registration(registration, full_course, lee, module):
    other = courses.register(lee, full_course, by=lee)
    session = LaunchSession.objects.create(registration=other, module=full_course.modules().first())
    forged = finished(registration, module)
    for statement in forged:
        statement["context"]["extensions"] = {vocabulary.SESSION_ID: str(session.key)}
    completion.record(forged, source=Statement.Source.SESSION)
    assert not ModuleProgress.objects.exists()


def test_the_same_statement_twice_counts_once(registration, module):
    statements = finished(registration, module)
    completion.record(statements)
    completion.record(statements)
    assert Certificate.objects.count() == 1
    assert MonthlyCount.objects.get(page=module, organisation=0, staff_group=0).completions == 1


def test_voiding_a_counted_statement_takes_back_what_followed(full_course, lee):
    registration = courses.register(lee, full_course, by=lee)
    for module in full_course.modules():
        work_through(registration, module, lee)
    passed = Statement.objects.filter(verb=vocabulary.PASSED).latest("timestamp")
    code = Certificate.objects.get(registration=registration, module=None).code
    completion.record([void(registration, passed)])
    registration.refresh_from_db()
    assert registration.status == Registration.Status.ACTIVE
    assert set(Certificate.objects.filter(status=Certificate.Status.REVOKED).values_list("module__title", flat=True)) == {
        None,
        "Module 51",
    }
    assert MonthlyCount.objects.get(page=full_course, organisation=0, staff_group=0).completions == 0
    completion.record([said(registration, passed_module(passed, full_course), "passed", success=True)])
    assert Certificate.objects.get(registration=registration, module=None).code == code
    assert Certificate.objects.filter(status=Certificate.Status.VALID).count() == 3


def passed_module(statement, course):
    return course.modules().get(activity=vocabulary.activity_uuid(statement.activity))


def test_progress_can_always_be_derived_again(full_course, lee):
    registration = courses.register(lee, full_course, by=lee)
    for module in full_course.modules():
        work_through(registration, module, lee)
    fields = ["module", "status", "step", "seconds", "score", "completed_at", "version", "was_completed_at", "was_passed_at"]
    before = list(ModuleProgress.objects.order_by("pk").values_list(*fields))
    cells = list(MonthlyCount.objects.order_by("page", "organisation", "staff_group").values_list("starts", "completions"))
    assert completion.rebuild() == 2
    assert list(ModuleProgress.objects.order_by("pk").values_list(*fields)) == before
    assert (
        list(MonthlyCount.objects.order_by("page", "organisation", "staff_group").values_list("starts", "completions")) == cells
    )


def test_what_the_learner_wrote_is_in_no_statement(registration, module, lee):
    progress = playing.open_module(registration, module, by=lee)
    step = next(step for step in module.lesson() if step.reflection)
    playing.reflect(progress, step, "MARKER of something private", by=lee)
    playing.go_on(progress, step, by=lee)
    assert not any("MARKER" in str(row.body) for row in Statement.objects.all())
    with connection.cursor() as cursor:
        cursor.execute("SELECT text FROM learning_reflection")
        assert "MARKER" not in cursor.fetchone()[0]


def test_a_completed_module_is_audited_by_pseudonym(registration, module, lee):
    work_through(registration, module, lee)
    event = AuditEvent.objects.get(act="module.complete")
    assert event.actor == lee.audit_key
    assert (event.before, event.after) == ("started", "completed")


# Whose word counts --------------------------------------------------------------------------------


@pytest.fixture
def outsider():
    """A credential that may write and may not complete learners."""
    return credentials.create("Outsider", ["all"])[0]


def test_who_may_not_complete_cannot_take_back_either(registration, module, lee, outsider):
    work_through(registration, module, lee)
    passed = Statement.objects.get(verb=vocabulary.PASSED)
    completion.record([void(registration, passed)], credential=outsider)
    passed.refresh_from_db()
    assert passed.is_voided
    for _time in range(2):
        assert ModuleProgress.objects.get().status == ModuleProgress.Status.COMPLETED
        assert Certificate.objects.get().status == Certificate.Status.VALID
        completion.rebuild()


def test_a_launched_package_voids_nothing(registration, module, lee):
    work_through(registration, module, lee)
    passed = Statement.objects.get(verb=vocabulary.PASSED)
    session = LaunchSession.objects.create(registration=registration, module=module)
    voiding = void(registration, passed)
    voiding["context"] = {"registration": str(registration.key), "extensions": {vocabulary.SESSION_ID: str(session.key)}}
    completion.record([voiding], source=Statement.Source.SESSION)
    assert ModuleProgress.objects.get().status == ModuleProgress.Status.COMPLETED


def test_a_launched_package_completes_its_own_module_and_no_other(registration, course):
    own, other, _outline = course.modules()
    session = LaunchSession.objects.create(registration=registration, module=own)
    told = [*finished(registration, own), *finished(registration, other)]
    for statement in told:
        statement["context"]["extensions"] = {vocabulary.SESSION_ID: str(session.key)}
    completion.record(told, source=Statement.Source.SESSION)
    assert [row.module for row in ModuleProgress.objects.all()] == [own]


def test_a_credential_is_judged_by_its_mark_whatever_source_is_named(registration, module, outsider):
    completion.record(finished(registration, module), credential=outsider)
    assert not ModuleProgress.objects.exists()


def test_a_statement_bears_the_name_of_who_brought_it(registration, module, outsider):
    completion.record(finished(registration, module), credential=outsider)
    completion.record(finished(registration, module))
    names = {row.body["authority"]["account"]["name"] for row in Statement.objects.all()}
    assert names == {str(outsider.audit_key), "player"}


def test_nothing_moves_for_a_learner_who_was_erased(registration, module, lee):
    told = finished(registration, module)
    Registration.objects.update(learner=None)
    completion.record(told)
    assert not ModuleProgress.objects.exists()


def test_what_an_erased_learner_did_stays_as_it_was_counted(registration, module, lee):
    work_through(registration, module, lee)
    passed = Statement.objects.get(verb=vocabulary.PASSED)
    voiding = void(registration, passed)
    Registration.objects.update(learner=None)
    completion.record([voiding])
    completion.rebuild()
    assert ModuleProgress.objects.get().status == ModuleProgress.Status.COMPLETED
    assert cell(module).completions == 1


def test_a_score_below_nothing_counts_as_nothing(registration, module):
    completion.record([said(registration, module, "failed", success=False, score={"scaled": -0.5})])
    assert ModuleProgress.objects.get().score == 0


# What is taken back is what was added -------------------------------------------------------------


def cell(page) -> MonthlyCount:
    return MonthlyCount.objects.get(page=page, organisation=0, staff_group=0)


def all_cells() -> list[dict]:
    rows = MonthlyCount.objects.order_by("page", "month", "organisation", "staff_group").values()
    return [
        {name: value for name, value in row.items() if name != "id"} for row in rows if any(row[band] for band in BAND_FIELDS)
    ]


def spend(registration, module, start, minutes: int) -> list[dict]:
    """The module done in so many minutes, at most ten at a time."""
    told = [said(registration, module, "initialized"), *[said(registration, module, "answered") for _ in range(minutes // 10)]]
    for place, statement in enumerate(told):
        statement["timestamp"] = (start + timedelta(minutes=10 * place)).isoformat()
    for statement in finished(registration, module):
        told.append(statement | {"timestamp": told[-1]["timestamp"]})
    return told


def test_a_module_added_and_done_later_is_no_part_of_the_time_of_the_course(full_course, lee):
    registration = courses.register(lee, full_course, by=lee)
    start = timezone.now() - timedelta(hours=9)
    for hour, module in enumerate(full_course.modules()):
        completion.record(spend(registration, module, start + timedelta(hours=2 * hour), 20))
    assert cell(full_course).band_08 == 1
    demo_course.load_module(full_course, module_facts(90))
    completion.record(spend(registration, full_course.modules().last(), start + timedelta(hours=6), 40))
    before = all_cells()
    completion.rebuild()
    assert all_cells() == before
    passed = Statement.objects.filter(verb=vocabulary.PASSED).earliest("timestamp")
    completion.record([void(registration, passed)])
    assert cell(full_course).completions == cell(full_course).band_08 == 0
    assert all(row[band] >= 0 for row in MonthlyCount.objects.values() for band in BAND_FIELDS)


def test_counting_stays_right_when_a_statement_in_between_is_voided(full_course, lee):
    registration = courses.register(lee, full_course, by=lee)
    start = timezone.now() - timedelta(hours=9)
    for hour, module in enumerate(full_course.modules()):
        completion.record(spend(registration, module, start + timedelta(hours=2 * hour), 40))
    answered = Statement.objects.filter(verb=vocabulary.ANSWERED).earliest("timestamp")
    completion.record([void(registration, answered)])
    assert cell(full_course).completions == 1
    before = all_cells()
    completion.rebuild()
    assert all_cells() == before


def test_a_course_is_done_when_the_last_of_its_modules_was_though_we_heard_of_it_earlier(full_course, lee):
    registration = courses.register(lee, full_course, by=lee)
    first, last = full_course.modules()
    start = timezone.now() - timedelta(hours=9)
    completion.record(spend(registration, last, start + timedelta(hours=2), 20))
    completion.record(spend(registration, first, start, 20))
    registration.refresh_from_db()
    assert registration.completed_at == start + timedelta(hours=2, minutes=20)
    assert cell(full_course).band_08 == 1


# What it costs ------------------------------------------------------------------------------------


def test_what_is_refused_for_its_files_has_asked_the_database_nothing(registration, module, django_assert_num_queries):
    """And so nobody waits for it."""
    facts = {"usageType": "https://example.org/photo", "display": {"en": "Photo"}, "contentType": "image/png", "length": 1}
    essay = said(registration, module, "failed", success=False) | {"attachments": [facts | {"sha2": "0" * 64}]}
    signed = essay | {"attachments": [facts | {"sha2": "0" * 64, "usageType": signatures.USAGE, "fileUrl": "https://x.org/y"}]}
    for statement in [essay, signed]:
        with django_assert_num_queries(0), pytest.raises(validation.Invalid):
            completion.record([statement])


def test_one_statement_that_completes_nothing_costs_at_most_8_queries(registration, module, lee):
    playing.open_module(registration, module, by=lee)
    with CaptureQueriesContext(connection) as captured:
        completion.record([said(registration, module, "failed", success=False)])
    assert len(queries(captured)) <= 8, queries(captured)


def test_a_batch_of_50_costs_at_most_4_more(registration, module, lee):
    playing.open_module(registration, module, by=lee)
    with CaptureQueriesContext(connection) as captured:
        completion.record([said(registration, module, "failed", success=False) for _ in range(50)])
    assert len(queries(captured)) <= 12, queries(captured)


def test_a_statement_that_completes_a_course_costs_at_most_25(full_course, lee):
    registration = courses.register(lee, full_course, by=lee)
    first, last = full_course.modules()
    work_through(registration, first, lee)
    completion.record([said(registration, last, "completed", completion=True)])
    with CaptureQueriesContext(connection) as captured:
        completion.record([said(registration, last, "passed", success=True)])
    registration.refresh_from_db()
    assert registration.status == Registration.Status.COMPLETED
    assert len(queries(captured)) <= 25, queries(captured)


def test_marking_a_credential_later_changes_no_past(registration, module, outsider, lee):
    playing.open_module(registration, module, by=lee)
    completion.record(finished(registration, module), credential=outsider)
    credentials.let_complete(outsider, by=None)
    completion.rebuild()
    assert ModuleProgress.objects.get().status == ModuleProgress.Status.STARTED


def test_when_the_last_open_module_goes_those_who_did_the_rest_are_done(registration, course, lee):
    for module in course.modules().filter(is_outline=False):
        work_through(registration, module, lee)
    course.modules().get(is_outline=True).unpublish()
    registration.refresh_from_db()
    assert registration.status == Registration.Status.COMPLETED
    assert MonthlyCount.objects.get(page=course, organisation=0, staff_group=0).completions == 1
    completion.settle(course.pk)
    assert MonthlyCount.objects.get(page=course, organisation=0, staff_group=0).completions == 1
