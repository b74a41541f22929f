"""People and what many parts share: topics, experiences, mail choices, idempotency, the audit log."""

from accounts.models.audit import AuditEntry
from accounts.models.consent import ConsentEntry, SensitiveExperience
from accounts.models.experience import Experience, ExperienceGroup, PersonExperience
from accounts.models.idempotency import IdempotencyToken
from accounts.models.mail import AccountMail, MailChoice
from accounts.models.topic import Topic
from accounts.models.user import User

__all__ = [
    "AccountMail",
    "AuditEntry",
    "ConsentEntry",
    "Experience",
    "ExperienceGroup",
    "IdempotencyToken",
    "MailChoice",
    "PersonExperience",
    "SensitiveExperience",
    "Topic",
    "User",
]
