"""Three hundred invented learners in twelve invented organisations, over the last twelve months.

The same learners come out each time, counted back from the day of loading. What they did becomes statements and is counted
like anybody's; only the clock is ours.
"""

from __future__ import annotations

import random
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
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
TOGETHER = 20  # learners that are written together
STAFF_WEIGHTS = [26, 12, 14, 12, 4, 6, 14, 4, 5, 6, 3, 2]  # in the order of StaffGroup.position; further groups weigh 1


@dataclass
class Loader:
    """One loading: a course, its full modules, a source of chance that always says the same."""

    course: CoursePage
    now: datetime  # a day ago: what is older than that sends no letter
    rng: random.Random

    @cached_property
    def modules(self) -> list[ModulePage]:
        return list(self.course.modules().filter(is_outline=False))

    @cached_property
    def groups(self) -> list[StaffGroup]:
        return list(StaffGroup.objects.all())

    @cached_property
    def lessons(self) -> dict[int, list[Step]]:
        """Module → its steps, read once for everybody."""
        return {module.pk: module.lesson() for module in self.modules}

    def start(self) -> datetime:
        """More of them lately, fewer in August, in working hours."""
        day = self.now - timedelta(days=int(365 * self.rng.random() ** 1.4) + 1)
        if day.month == 8 and self.rng.random() < 0.5:
            day -= timedelta(days=31)
        return day.replace(hour=self.rng.randint(8, 17), minute=self.rng.randint(0, 59), second=0, microsecond=0)


@dataclass
class Past:
    """What one learner did, gathered before it is written."""

    registration: Registration
    sittings: list[LaunchSession] = field(default_factory=list)
    said: list[dict] = field(default_factory=list)
    given: list[tuple[int, Attempt | ConversationPath]] = field(default_factory=list)  # with the module's number

    def add(self, sitting: LaunchSession, said: list[dict], given: list[Attempt | ConversationPath]) -> None:
        self.sittings.append(sitting)
        self.said += said
        self.given += [(sitting.module_id, row) for row in given]

    def noted(self, progress: dict[tuple[int, int], int]) -> Iterator[Attempt | ConversationPath]:
        """Answers and ways through conversations, each with the progress that it belongs to."""
        for module, row in self.given:
            row.progress_id = progress[self.registration.pk, module]
            yield row


def load(course: CoursePage, count: int = 300, progress: Callable[[int], None] = lambda done: None) -> int:
    """Make the learners that are missing. How many were made."""
    loader = Loader(course, timezone.now() - completion.NEWS, random.Random(20261123))  # noqa: S311 - plausible, not secret
    organisations = list(_organisations())
    made = 0
    for first in range(1, count + 1, TOGETHER):
        with transaction.atomic():
            pasts = [_past(loader, organisations, number) for number in range(first, min(first + TOGETHER, count + 1))]
            _write([past for past in pasts if past])
        made += len([past for past in pasts if past])
        progress(min(first + TOGETHER - 1, count))
    return made


def _past(loader: Loader, organisations: list[tuple[Organisation, float]], number: int) -> Past | None:
    organisation, finishing = loader.rng.choices(organisations, [row[3] for row in ORGANISATIONS])[0]
    email = f"learner{number:03}@people.example"
    if User.objects.filter(email=email).exists():
        return None
    return _learner(loader, email, organisation, finishing)


def _write(pasts: list[Past]) -> None:
    """What some of them did: their statements in one `completion.record`, which costs a third of one for each sitting.

    Sittings, answers and ways through conversations are put down in bulk beside them: nobody sat in a browser of ours.
    """
    LaunchSession.objects.bulk_create(sitting for past in pasts for sitting in past.sittings)
    completion.record([statement for past in pasts for statement in past.said])
    rows = ModuleProgress.objects.filter(registration__in=[past.registration for past in pasts])
    progress = {(registration, module): pk for registration, module, pk in rows.values_list("registration", "module", "pk")}
    given = [row for past in pasts for row in past.noted(progress)]
    Attempt.objects.bulk_create(row for row in given if isinstance(row, Attempt))
    ConversationPath.objects.bulk_create(row for row in given if isinstance(row, ConversationPath))


def _organisations() -> Iterator[tuple[Organisation, float]]:
    for name, kind, district, _learners, finishing in ORGANISATIONS:
        place = District.objects.filter(name=district).first()
        organisation, _is_new = Organisation.objects.get_or_create(name=name, defaults={"kind": kind, "district": place})
        yield organisation, finishing


def _learner(loader: Loader, email: str, organisation: Organisation, finishing: float) -> Past:
    rng = loader.rng
    weights = (STAFF_WEIGHTS + [1] * len(loader.groups))[: len(loader.groups)]
    group = rng.choices(loader.groups, weights)[0]
    learner = User.objects.create_user(email, display_name=f"{rng.choice(FIRST_NAMES)} Example")
    start = loader.start()
    Affiliation.objects.create(person=learner, organisation=organisation, staff_group=group, since=start.date())
    past = Past(courses.register(learner, loader.course, by=learner, at=start))
    at = start + timedelta(minutes=rng.randint(1, 20))
    for module in loader.modules:
        if rng.random() < 0.12:
            break
        at = _work_through(loader, past, module, at, is_finishing=rng.random() < finishing)
        if at > loader.now:
            break
    return past


def _work_through(loader: Loader, past: Past, module: ModulePage, at: datetime, *, is_finishing: bool) -> datetime:
    """One module, in one or two sittings. Back comes when the next may begin."""
    rng, steps = loader.rng, loader.lessons[module.pk]
    upto = len(steps) if is_finishing else rng.randint(1, len(steps) - 1)
    cut = rng.randint(2, upto - 1) if upto > 3 and rng.random() < 0.35 else upto
    for part in filter(None, [steps[:cut], steps[cut:upto]]):
        at = _sit(loader, past, module, part, at, is_last=is_finishing and part[-1] is steps[-1])
        at += timedelta(hours=rng.randint(1, 70))
    return at


def _sit(loader: Loader, past: Past, module: ModulePage, part: list[Step], at: datetime, *, is_last: bool) -> datetime:
    """One sitting; it and its statements are kept only when it lies in the past."""
    key = uuid.UUID(int=loader.rng.getrandbits(128), version=4)
    done = LaunchSession.Status.TERMINATED
    sitting = LaunchSession(key=key, registration=past.registration, module=module, opened_at=at, status=done)
    said = [playing.defined(sitting, "initialized", at, None)]
    given: list[Attempt | ConversationPath] = []
    for step in part:
        at += timedelta(seconds=loader.rng.randint(35, 170))
        if step.question:
            for chosen, is_right in _choices(loader.rng, step):
                said.append(playing.answered(sitting, step, chosen, is_right, at=at))
                given.append(Attempt(question=step.question.id, chosen=chosen, is_right=is_right, at=at))
                at += timedelta(seconds=loader.rng.randint(10, 45))
        if step.conversation:
            ways = _converse(loader.rng, step)
            said += [conversations.responded(sitting, step, way, at=at) for way in ways]
            given.append(ConversationPath(**ways[-1].kept))
        said.append(playing.gone_on(sitting, step, at=at))
    if is_last:
        said += [playing.defined(sitting, "completed", at, {"completion": True}), _passed(sitting, at)]
    said.append(playing.defined(sitting, "terminated", at, None))
    sitting.last_act_at = at
    for statement in said:
        statement["id"] = str(uuid.UUID(int=loader.rng.getrandbits(128), version=4))
    if at <= loader.now:
        past.add(sitting, said, given)
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
