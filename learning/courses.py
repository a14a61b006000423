"""Publishing a module gives its teaching a version; registering puts a learner on a course."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_tasks import task
from wagtail.models import Page

from core import audit, errors, outbox
from learning import completion, counts
from learning.models import CoursePage, ModulePage, ModuleProgress, MonthlyCount, Registration
from people.models import User


class NoAffiliation(errors.DomainError):
    """The learner has not said yet where they work."""

    code = "no_affiliation"


@transaction.atomic
def number_version(module: ModulePage) -> None:
    """Count up the version when what is taught has changed since the last one. Called after each publication."""
    kept = ModulePage.objects.select_for_update(of=("self",)).only("version", "version_digest").get(pk=module.pk)
    digest = module.digest()
    if digest == kept.version_digest:
        return
    module.version, module.version_digest = kept.version + 1, digest
    ModulePage.objects.filter(pk=module.pk).update(version=module.version, version_digest=digest)


@task()
def settle(course_pk: int) -> None:
    """After a module went: those who have done all that is left have done the course. Again: nothing more happens."""
    completion.settle(course_pk)


def is_in_use(page: Page) -> bool:
    """Whether anybody has learned on the page or below it: progress, certificates and counts refer to it for ever."""
    pages = page.get_descendants(inclusive=True).values("pk")
    return (
        Registration.objects.filter(course__in=pages).exists()
        or ModuleProgress.objects.filter(module__in=pages).exists()
        or MonthlyCount.objects.filter(page__in=pages).exists()
    )


def register(learner: User, course: CoursePage, *, by: User, at: datetime | None = None) -> Registration:
    """Put a learner on a course, with organisation and staff group as they stand today. Once: again gives the same row.

    `at` is when they asked, where that was not now. Raises `NoAffiliation` where the learner has not said where they work.
    """
    affiliation = learner.affiliations.current().first()
    if not affiliation:
        raise NoAffiliation(_("Tell us where you work first."))
    facts = {
        "organisation_id": affiliation.organisation_id,
        "staff_group_id": affiliation.staff_group_id,
        "registered_at": at or timezone.now(),
    }
    with transaction.atomic():
        registration, is_new = Registration.objects.get_or_create(learner=learner, course=course, defaults=facts)
        if is_new:
            _tell(registration, by=by)
    return registration


def _tell(registration: Registration, *, by: User) -> None:
    audit.record("course.register", registration, by=by, after=registration.status)
    outbox.write("course.registered", registration=str(registration.key))
    counts.add(
        [
            counts.Event(
                registration.course_id,
                registration.registered_at,
                registration.organisation_id,
                registration.staff_group_id,
                registrations=1,
            )
        ]
    )
