"""The person behind an account."""

from datetime import UTC, datetime
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.core.validators import RegexValidator
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone

FOR_GOOD = datetime(9999, 1, 1, tzinfo=UTC)
FORMER_MEMBER = "Former member"

# One line of visible characters: no controls or line breaks, no bidirectional overrides, no invisible
# letters. Joiners (U+200C, U+200D) stay: names in several scripts need them.
_INVISIBLE = (
    r"\x00-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u180e\u200b\u200e\u200f"
    r"\u2028-\u202e\u2060-\u2069\u2800\u3164\ufeff\uffa0"
)
# Of a name or a school: no angle brackets either, which never belong there.
VISIBLE_LINE = RegexValidator(
    rf"^[^{_INVISIBLE}<>]+\Z", "Please use letters, numbers and ordinary punctuation."
)
# Of a title, where "GPA < 3.0" is a fair thing to ask.
VISIBLE_TITLE = RegexValidator(
    rf"^[^{_INVISIBLE}]+\Z", "There is a sign in it that nobody can see. Please type it again by hand."
)


class UserManager(BaseUserManager["User"]):
    """Creates people; used by tests, the demo and `createsuperuser`. Sign-up goes through allauth."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Create one person; `email` is stored in lower case, `display_name` and `slug` are required."""
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.full_clean(exclude=["password"])
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Create one person who may do everything in admin."""
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> "User":
        """Find a person by e-mail whatever its case."""
        return self.get(email__iexact=username)


class User(AbstractBaseUser, PermissionsMixin):
    """One account. The e-mail is the login and never public; others see `display_name` and `slug`."""

    email = models.EmailField("e-mail address", max_length=254, unique=True)
    display_name = models.CharField(
        "first name or what we should call you", max_length=40, validators=[VISIBLE_LINE]
    )
    slug = models.SlugField("public name in addresses", max_length=60, unique=True)
    is_staff = models.BooleanField("may open the staff pages", default=False)
    is_active = models.BooleanField(default=True)
    joined_at = models.DateTimeField(default=timezone.now)
    # Month and year only: enough to know which rules fit somebody's age.
    birth_year = models.PositiveSmallIntegerField(null=True, blank=True)
    birth_month = models.PositiveSmallIntegerField(null=True, blank=True)
    time_zone = models.CharField(max_length=64, default="America/New_York")
    # Counted where notifications change, so that the number at the bell costs no page a query.
    unread_count = models.PositiveIntegerField(default=0)
    # Until then nothing may be written; a suspension without end ends with FOR_GOOD.
    suspended_until = models.DateTimeField(null=True, blank=True)
    # Asked to be deleted, and when that happens.
    leaves_at = models.DateTimeField(null=True, blank=True)
    # What is left is a "former member" who wrote what stays.
    erased_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["display_name", "slug"]

    class Meta:
        constraints = [
            # With `unique` this makes addresses unique whatever their case.
            models.CheckConstraint(condition=models.Q(email=Lower("email")), name="user_email_lower_case"),
            models.CheckConstraint(condition=~models.Q(display_name=""), name="user_has_a_name"),
            models.CheckConstraint(
                condition=models.Q(birth_year=None, birth_month=None)
                | models.Q(
                    # NULL would pass the comparison alone.
                    birth_year__isnull=False,
                    birth_month__isnull=False,
                    birth_year__range=(1900, 2100),
                    birth_month__range=(1, 12),
                ),
                name="user_birth_month_and_year",
            ),
            models.CheckConstraint(
                condition=models.Q(erased_at=None) | models.Q(is_active=False, birth_year=None),
                name="user_erased_is_nobody",
            ),
        ]

    def __str__(self) -> str:
        return self.display_name

    def is_suspended(self, now: datetime) -> bool:
        """Say whether staff decided that nothing may be written from this account at `now`."""
        return self.suspended_until is not None and self.suspended_until > now

    def get_short_name(self) -> str:
        """Return the name shown to others (admin greets with it)."""
        return self.display_name


def display_name(user: User) -> str:
    """Return what mails and pages call this person (ACCOUNT_USER_DISPLAY)."""
    return user.display_name
