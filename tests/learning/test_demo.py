"""The demonstration's learners: what they did is counted like anybody's."""

from learning import completion
from learning.demo import learners
from learning.models import Attempt, LaunchSession, ModuleProgress, MonthlyCount, Registration, Statement
from people.models import User

TELLING = ["seconds", "score", "status", "completed_at", "started_at"]
CELLS = ["page", "month", "organisation", "staff_group", "registrations", "starts", "completions"]


def cells():
    return sorted(MonthlyCount.objects.values_list(*CELLS))


def did():
    return sorted(map(str, ModuleProgress.objects.values_list("registration__learner__email", "module__slug", *TELLING)))


def test_what_a_few_of_them_did_is_counted_as_it_would_be_derived_again(full_course, reference_data):
    assert learners.load(full_course, 25) == 25
    counted, progress = cells(), did()
    completion.rebuild()
    assert (cells(), did()) == (counted, progress)
    assert Registration.objects.filter(status="completed").exists()
    assert Statement.objects.filter(verb__endswith="satisfied").exists()
    assert Attempt.objects.exists()
    assert not LaunchSession.objects.exclude(registration__progress__isnull=False).exists()
    assert all(person.display_name.endswith(" Example") for person in User.objects.filter(email__endswith="@people.example"))


def test_loading_again_makes_only_who_is_missing(full_course, reference_data):
    learners.load(full_course, 5)
    before = did()
    assert learners.load(full_course, 5) == 0
    assert did() == before
