"""People and what many parts share: topics, experiences, notifications, safety, privacy, the audit log."""

from accounts.models.audit import AuditEntry
from accounts.models.consent import ConsentEntry, SensitiveExperience
from accounts.models.experience import Experience, ExperienceGroup, PersonExperience
from accounts.models.idempotency import IdempotencyToken
from accounts.models.mail import AccountMail
from accounts.models.notification import Digest, MailTimes, Notification, NotificationChoice, Suppression
from accounts.models.privacy import Block, DataExport, Deletion
from accounts.models.safety import Case, CaseEvent, Report, Sanction
from accounts.models.topic import Topic
from accounts.models.user import User

__all__ = [
    "AccountMail",
    "AuditEntry",
    "Block",
    "Case",
    "CaseEvent",
    "ConsentEntry",
    "DataExport",
    "Deletion",
    "Digest",
    "Experience",
    "ExperienceGroup",
    "IdempotencyToken",
    "MailTimes",
    "Notification",
    "NotificationChoice",
    "PersonExperience",
    "Report",
    "Sanction",
    "SensitiveExperience",
    "Suppression",
    "Topic",
    "User",
]
