"""Three hundred invented learners in twelve invented organisations, over the last twelve months.

The same learners come out each time, counted back from the day of loading. What they did becomes statements and is counted
like anybody's; only the clock is ours.
"""

from __future__ import annotations

import random
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from django.db import transaction
from django.utils import timezone

from learning import completion, conversations, courses, playing
from learning.models import Attempt, ConversationPath, CoursePage, LaunchSession, ModulePage, ModuleProgress, Registration, Step
from people.models import Affiliation, District, Organisation, StaffGroup, User

ORGANISATIONS = [
    # name, kind, district, learners, how many of those who start a module finish it
    ("Example Hospital Trust North", "nhs_trust", "Rochdale", 62, 0.82),
    ("Example Hospital Trust South", "nhs_trust", "Stockport", 54, 0.71),
    ("Example Cancer Centre", "nhs_trust", "Manchester", 48, 0.9),
    ("Example Community Health Trust", "nhs_trust", "Salford", 30, 0.66),
    ("Example Mental Health Trust", "nhs_trust", "Bury", 22, 0.6),
    ("Example Hospice", "hospice", "Bolton", 18, 0.88),
    ("Example Primary Care Network East", "primary_care_network", "Tameside", 17, 0.55),
    ("Example Primary Care Network West", "primary_care_network", "Wigan", 14, 0.74),
    ("Example Home Care", "social_care", "Oldham", 13, 0.62),
    ("Example College of Health", "education", "Trafford", 11, 0.8),
    ("Example Carers’ Centre", "voluntary", "Salford", 8, 0.85),
    ("Example Street Surgery", "general_practice", "Bolton", 3, 0.5),
]
FIRST_NAMES = [
    "Alex",
    "Bilal",
    "Cerys",
    "Dev",
    "Esme",
    "Femi",
    "Grace",
    "Hana",
    "Idris",
    "Jo",
    "Kasia",
    "Leila",
    "Mina",
    "Noor",
    "Olu",
    "Pip",
]
STAFF_WEIGHTS = [26, 12, 14, 12, 4, 6, 14, 4, 5, 6, 3, 2]  # in the order of StaffGroup.position; further groups weigh 1


@dataclass
class Loader:
    """One loading: a course, its full modules, a source of chance that always says the same."""

    course: CoursePage
    now: datetime
    rng: random.Random

    @cached_property
    def modules(self) -> list[ModulePage]:
        return list(self.course.modules().filter(is_outline=False))

    @cached_property
    def groups(self) -> list[StaffGroup]:
        return list(StaffGroup.objects.all())

    def start(self) -> datetime:
        """More of them lately, fewer in August, in working hours."""
        day = self.now - timedelta(days=int(365 * self.rng.random() ** 1.4) + 1)
        if day.month == 8 and self.rng.random() < 0.5:
            day -= timedelta(days=31)
        return day.replace(hour=self.rng.randint(8, 17), minute=self.rng.randint(0, 59), second=0, microsecond=0)


def load(course: CoursePage, count: int = 300, progress: Callable[[int], None] = lambda done: None) -> int:
    """Make the learners that are missing. How many were made."""
    loader = Loader(course, timezone.now(), random.Random(20261123))  # noqa: S311 - plausible, not secret
    organisations = list(_organisations())
    made = 0
    for number in range(1, count + 1):
        organisation, finishing = loader.rng.choices(organisations, [row[3] for row in ORGANISATIONS])[0]
        email = f"learner{number:03}@people.example"
        with transaction.atomic():
            if not User.objects.filter(email=email).exists():
                _learner(loader, email, organisation, finishing)
                made += 1
        progress(number)
    return made


def _organisations() -> Iterator[tuple[Organisation, float]]:
    for name, kind, district, _learners, finishing in ORGANISATIONS:
        place = District.objects.filter(name=district).first()
        organisation, _is_new = Organisation.objects.get_or_create(name=name, defaults={"kind": kind, "district": place})
        yield organisation, finishing


def _learner(loader: Loader, email: str, organisation: Organisation, finishing: float) -> None:
    rng = loader.rng
    weights = (STAFF_WEIGHTS + [1] * len(loader.groups))[: len(loader.groups)]
    group = rng.choices(loader.groups, weights)[0]
    learner = User.objects.create_user(email, display_name=f"{rng.choice(FIRST_NAMES)} Example")
    start = loader.start()
    Affiliation.objects.create(person=learner, organisation=organisation, staff_group=group, since=start.date())
    registration = courses.register(learner, loader.course, by=learner, at=start)
    at = start + timedelta(minutes=rng.randint(1, 20))
    for module in loader.modules:
        if rng.random() < 0.12:
            return
        at = _work_through(loader, registration, module, at, is_finishing=rng.random() < finishing)
        if at > loader.now:
            return


def _work_through(
    loader: Loader, registration: Registration, module: ModulePage, at: datetime, *, is_finishing: bool
) -> datetime:
    """One module, in one or two sittings. Back comes when the next may begin."""
    rng, steps = loader.rng, module.lesson()
    upto = len(steps) if is_finishing else rng.randint(1, len(steps) - 1)
    cut = rng.randint(2, upto - 1) if upto > 3 and rng.random() < 0.35 else upto
    for part in filter(None, [steps[:cut], steps[cut:upto]]):
        at = _sit(loader, registration, module, part, at, is_last=is_finishing and part[-1] is steps[-1])
        at += timedelta(hours=rng.randint(1, 70))
    return at


def _sit(
    loader: Loader, registration: Registration, module: ModulePage, part: list[Step], at: datetime, *, is_last: bool
) -> datetime:
    """One sitting; it and its statements are written only when it lies in the past."""
    key = uuid.UUID(int=loader.rng.getrandbits(128), version=4)
    sitting = LaunchSession(
        key=key, registration=registration, module=module, opened_at=at, status=LaunchSession.Status.TERMINATED
    )
    said, attempts, ways = [playing.defined(sitting, "initialized", at, None)], [], []
    for step in part:
        at += timedelta(seconds=loader.rng.randint(35, 170))
        if step.question:
            for chosen, is_right in _choices(loader.rng, step):
                said.append(playing.answered(sitting, step, chosen, is_right, at=at))
                attempts.append(Attempt(question=step.question.id, chosen=chosen, is_right=is_right, at=at))
                at += timedelta(seconds=loader.rng.randint(10, 45))
        if step.conversation:
            ways.append(_converse(loader.rng, step))
            said += [conversations.responded(sitting, step, way, at=at) for way in ways[-1]]
        said.append(playing.gone_on(sitting, step, at=at))
    if is_last:
        said += [playing.defined(sitting, "completed", at, {"completion": True}), _passed(sitting, at)]
    said.append(playing.defined(sitting, "terminated", at, None))
    if at > loader.now:
        return at
    sitting.last_act_at = at
    sitting.save()
    for statement in said:
        statement["id"] = str(uuid.UUID(int=loader.rng.getrandbits(128), version=4))
    completion.record(said)
    _keep(attempts, [steps[-1] for steps in ways], registration, module)
    return at


def _passed(sitting: LaunchSession, at: datetime) -> dict:
    return playing.defined(sitting, "passed", at, {"success": True, "score": {"scaled": 1.0}})


def _choices(rng: random.Random, step: Step) -> list[tuple[list[str], bool]]:
    """What was chosen, one after the other: at last the right answers, now and then after a wrong one."""
    answers = {child.id: child.value["correct"] for child in step.question.value["answers"].bound_blocks}
    right = [key for key, correct in answers.items() if correct]
    wrong = [key for key, correct in answers.items() if not correct]
    if wrong and rng.random() < 0.3:
        return [([rng.choice(wrong)], False), (right, True)]
    return [(right, True)]


def _converse(rng: random.Random, step: Step) -> list[conversations.Way]:
    """From the beginning to an ending, by chance: the way after each choice."""
    ways = [conversations.Way(step.conversation)]
    while not ways[-1].is_at_end:
        choices = ways[-1].now.value["choices"].bound_blocks
        ways.append(ways[-1].after(rng.choice(choices).id))
    return ways[1:]


def _keep(attempts: list[Attempt], ways: list[conversations.Way], registration: Registration, module: ModulePage) -> None:
    progress = ModuleProgress.objects.get(registration=registration, module=module)
    for attempt in attempts:
        attempt.progress = progress
    Attempt.objects.bulk_create(attempts)
    ConversationPath.objects.bulk_create(ConversationPath(progress=progress, **way.kept) for way in ways)
