"""Makes stories, and Lee of the benchmark, logged in and in the middle of a module; prints JSON of what a client needs."""

from __future__ import annotations

import json
import os
import sys
import time
import uuid
from importlib import import_module
from pathlib import Path
from urllib.parse import urlencode

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "site")]
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

import django  # noqa: E402

django.setup()

import crowd  # noqa: E402
from django.conf import settings  # noqa: E402
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY  # noqa: E402
from django.middleware.csrf import CSRF_SESSION_KEY  # noqa: E402
from django.urls import reverse  # noqa: E402

from learning import courses, playing  # noqa: E402
from learning.models import CoursePage  # noqa: E402
from panels.models import Campaign, PanelIndexPage, PanelPage, StoriesIndexPage, StoryPage, Theme  # noqa: E402
from people import affiliations, demo  # noqa: E402
from people.models import Organisation, StaffGroup, User  # noqa: E402

SECRET = "b" * 32  # Django's CSRF secret: 32 letters


def cookie(person) -> str:
    session = import_module(settings.SESSION_ENGINE).SessionStore()
    session[SESSION_KEY] = str(person.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = person.get_session_auth_hash()
    session[CSRF_SESSION_KEY] = SECRET
    session["account_authentication_methods"] = [{"method": "password", "at": time.time()}]
    session.save()
    return f"{settings.SESSION_COOKIE_NAME}={session.session_key}"


crowd.stories()
lee = demo.account("Lee Bench", f"bench-{uuid.uuid4().hex[:8]}@people.example", None)
affiliations.set_affiliation(lee, Organisation.objects.first(), StaffGroup.objects.first(), by=lee)
course = CoursePage.objects.first()
module = course.modules().filter(is_outline=False).first()
progress = playing.open_module(courses.register(lee, course, by=lee), module, by=lee)
step = next(step for step in module.lesson() if step.question)
wrong = [child.id for child in step.question.value["answers"].bound_blocks][:1]
print(
    json.dumps(
        {
            "cookie": cookie(lee),
            "origin": settings.BASE_URL,
            "course": course.get_url(),
            "module": module.get_url(),
            "step": reverse("learning:play", args=[progress.key, step.number]),
            "panels": PanelIndexPage.objects.get().get_url(),
            "panel": PanelPage.objects.live().first().get_url(),
            "campaign": reverse("panels:campaign", args=[Campaign.objects.inviting().first().key]),
            "hear": reverse("panels:hear"),
            "stories": StoriesIndexPage.objects.get().get_url(),
            "how_many": f"{StoryPage.objects.count():,}",
            "theme": Theme.objects.first().slug,
            "often": "+".join(crowd.OFTEN[:2]),
            "seldom": crowd.SELDOM,
            "story": StoryPage.objects.first().get_url(),
            "feed": reverse("panels:stories_feed"),
            "dashboard": reverse("dashboard"),
            "member": cookie(User.objects.get(email="mo@demo.example")),
            "answer": urlencode({"act": "answer", "answer": wrong, "csrfmiddlewaretoken": SECRET}, doseq=True),
        }
    )
)
