"""What learning adds to Wagtail: a published module gets its version, whoever or whatever published it."""

from wagtail.signals import page_published

from learning import courses
from learning.models import ModulePage


def number_version(sender, instance, **kwargs) -> None:
    courses.number_version(instance)


page_published.connect(number_version, sender=ModulePage)
