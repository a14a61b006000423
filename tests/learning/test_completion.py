"""Every statement is stored, few count."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.models import AuditEvent, OutboxEvent
from learning import completion, courses, playing
from learning.lrs import agents, credentials, vocabulary
from learning.models import Certificate, LaunchSession, ModuleProgress, MonthlyCount, Registration, Statement
from tests.factories.learning import finished, said, void, work_through

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


@pytest.mark.parametrize("scopes", [["statements/read"], ["all"]])
def test_a_forged_completion_moves_nothing(registration, module, scopes):
    credential, _secret = credentials.create("Outsider", scopes)
    completion.record(finished(registration, module), source=Statement.Source.CREDENTIAL, credential=credential)
    assert Statement.objects.count() == 2
    assert not ModuleProgress.objects.exists()
    assert not Certificate.objects.exists()
    assert not MonthlyCount.objects.exclude(starts=0, completions=0).exists()


def test_a_credential_that_may_complete_learners_does(registration, module):
    credential, _secret = credentials.create("Trusted", ["all"])
    credential.may_complete = True
    credential.save()
    completion.record(finished(registration, module), source=Statement.Source.CREDENTIAL, credential=credential)
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


# What it costs ------------------------------------------------------------------------------------


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
