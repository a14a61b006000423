"""Placeholder until core lands (same session)."""
from django.db import models


class EncryptedTextField(models.TextField):
    pass
