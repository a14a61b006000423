"""What learning remembers."""

from learning.lrs.models import Activity, Attachment, Credential, Document, Erasure, Forwarder, Mention, SetAside, Statement
from learning.models.completion import (
    BAND_FIELDS,
    Attempt,
    Certificate,
    ConversationPath,
    ModuleProgress,
    MonthlyCount,
    Reflection,
)
from learning.models.courses import CoursePage, LearningIndexPage, ModulePage, ModuleRow, Registration, Step
from learning.models.launches import LaunchSession

__all__ = [
    "BAND_FIELDS",
    "Activity",
    "Attachment",
    "Attempt",
    "Certificate",
    "ConversationPath",
    "CoursePage",
    "Credential",
    "Document",
    "Erasure",
    "Forwarder",
    "LaunchSession",
    "LearningIndexPage",
    "Mention",
    "ModulePage",
    "ModuleProgress",
    "ModuleRow",
    "MonthlyCount",
    "Reflection",
    "Registration",
    "SetAside",
    "Statement",
    "Step",
]
