"""Argon2id at OWASP's figures: 19 MiB, two passes, one lane (Password Storage Cheat Sheet, 2025)."""

from django.contrib.auth.hashers import Argon2PasswordHasher


class ArgonHasher(Argon2PasswordHasher):
    memory_cost = 19 * 1024  # KiB
    time_cost = 2
    parallelism = 1
