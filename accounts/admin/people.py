"""Staff pages of people, their e-mail addresses and the staff groups."""

from typing import Any

import allauth.account.admin
import allauth.mfa.admin
import allauth.socialaccount.admin
import allauth.usersessions.admin  # noqa: F401
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from allauth.usersessions.models import UserSession
from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin as BaseGroupAdmin
from django.contrib.auth.admin import UserAdmin as BaseUserAdmin
from django.contrib.auth.models import Group
from django.db import models, transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse
from unfold.dataclasses import UnfoldAction
from unfold.forms import AdminPasswordChangeForm, UserChangeForm
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from accounts.admin.audited import AuditedAdmin
from accounts.admin.pages import PageMixin, change_url
from accounts.admin.sanctions import give_page
from accounts.admin.standing import may_sanction, standing_of
from accounts.models import User
from accounts.session import person
from breakthru.lib.staff import ReadOnlyAdmin, action, display

admin.site.unregister(Group)
admin.site.unregister(EmailAddress)
# How people sign in, and from where, is theirs alone.
for theirs in (Authenticator, SocialAccount, SocialApp, SocialToken, UserSession):
    admin.site.unregister(theirs)

# Who may do what is decided by superusers alone: otherwise a right to change people is a right to everything.
RIGHTS = ["is_staff", "is_superuser", "groups"]
# Other staff know a name and how somebody stands; an address is for those who may have to write to it.
SEES_ADDRESSES = "account.view_emailaddress"
SEVERAL: dict[type["models.Field[Any, Any]"], dict[str, Any]] = {
    models.ManyToManyField: {"widget": UnfoldAdminCheckboxSelectMultipleWidget}
}


@admin.register(User)
class UserAdmin(PageMixin, BaseUserAdmin, AuditedAdmin):  # type: ignore[type-arg]  # no subscript at run time
    """People and how they stand. Accounts begin with a sign-up; their e-mail is changed by their owner."""

    form = UserChangeForm
    change_password_form = AdminPasswordChangeForm
    list_display = ["name", "email", "has_verified_email", "is_staff", "is_active", "joined_at"]
    list_filter = ["is_staff", "is_active", "groups"]
    search_help_text = "Name, or e-mail address (the whole one, unless you may see addresses)"
    ordering = ["-joined_at", "-pk"]
    filter_horizontal = []
    formfield_overrides = SEVERAL
    readonly_fields = ["email", "slug", "joined_at", "last_login", "has_verified_email"]
    actions_detail = ["give_sanction"]
    change_form_outer_after_template = "admin/accounts/user/standing.html"

    def get_fieldsets(self, request: HttpRequest, obj: User | None = None) -> Any:
        address = ["email"] if request.user.has_perm(SEES_ADDRESSES) else []
        # Not even what is left of it to see, for those who only read.
        password = ["password"] if self.has_change_permission(request, obj) else []
        return [
            ("Person", {"fields": ["display_name", "slug", *address, "has_verified_email", *password]}),
            ("Rights", {"fields": ["is_active", *RIGHTS]}),
            ("Dates", {"fields": ["joined_at", "last_login"]}),
        ]

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        hidden = set() if request.user.has_perm(SEES_ADDRESSES) else {"email"}
        return [name for name in self.list_display if name not in hidden]

    def get_search_fields(self, request: HttpRequest) -> list[str]:
        # A part of an address would find it letter by letter.
        return ["display_name", "email" if request.user.has_perm(SEES_ADDRESSES) else "=email"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        verified = EmailAddress.objects.filter(user=OuterRef("pk"), email=OuterRef("email"), verified=True)
        rows: QuerySet[User] = super().get_queryset(request)
        return rows.annotate(verified=Exists(verified))

    @display(description="Name", ordering="display_name")
    def name(self, user: User) -> str:
        return user.display_name

    @display(description="E-mail verified", boolean=True)
    def has_verified_email(self, user: User) -> bool:
        return bool(user.verified)  # type: ignore[attr-defined]  # annotated above

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> list[str]:
        return [*self.readonly_fields, *([] if _is_superuser(request) else RIGHTS)]

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Only superusers change staff: whoever sets a password can sign in with it."""
        allowed = bool(super().has_change_permission(request, obj))
        return allowed and (obj is None or not (obj.is_staff or obj.is_superuser) or _is_superuser(request))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_sanction_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Who decides about people; others give a word from a case."""
        return bool(request.user.has_perms(["accounts.view_user", "accounts.add_sanction"]))

    def page_context(self, request: HttpRequest, obj: User) -> dict[str, Any]:
        """How the person stands; that somebody looked is logged, once a day."""
        return standing_of(obj, viewer=person(request), is_opening=request.method == "GET")

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[UnfoldAction]:
        """Offer only what the service would take."""
        user: User | None = self.get_object(request, object_id)
        if user is None or not may_sanction(person(request), user):
            return []
        rows: list[UnfoldAction] = super().get_actions_detail(request, object_id)
        return rows

    @action(description="Give a sanction", icon="gavel", permissions=["sanction"])
    def give_sanction(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Show the form; a good one decides about this person."""
        user: User = self.found(request, object_id)
        return give_page(self, request, user, back=change_url(user))

    @transaction.atomic
    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> HttpResponse:
        """Django writes the password and its log apart; here neither is without the other."""
        response: HttpResponse = super().user_change_password(request, id, form_url)
        return response


@admin.register(Group)
class GroupAdmin(BaseGroupAdmin, AuditedAdmin):  # type: ignore[misc]  # unfold ships no types
    """The staff groups and their permissions, for superusers."""

    filter_horizontal = []
    formfield_overrides = SEVERAL

    def has_add_permission(self, request: HttpRequest) -> bool:
        return _is_superuser(request)

    def has_change_permission(self, request: HttpRequest, obj: Group | None = None) -> bool:
        return _is_superuser(request)


@admin.register(EmailAddress)
class EmailAddressAdmin(ReadOnlyAdmin):
    """E-mail addresses, for reading: only their owner changes or verifies one."""

    list_display = ["email", "user", "primary", "verified"]
    list_filter = ["primary", "verified"]
    list_select_related = ["user"]
    search_fields = ["email"]


def _is_superuser(request: HttpRequest) -> bool:
    return bool(getattr(request.user, "is_superuser", False))
