"""What a person is told of decisions about them, and the kinds of those notifications."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from accounts.models import Sanction, User
from accounts.models.safety import SanctionKind
from accounts.registries.notifications import NotificationKind, Tab
from accounts.services.duty import LEAD, on_duty
from accounts.services.mail import queue_account_mail
from accounts.services.notifications import notify, withdraw
from breakthru.lib.mail import Mail, compose
from breakthru.lib.zones import zone_or_default

# What each of them means for the person, as a heading and a sentence.
MEANINGS = {
    SanctionKind.NOTE: ("A word from our staff", "Nothing changes in what you can do here. Please read it."),
    SanctionKind.MESSAGING_OFF: ("Messages are off", "You can't write messages to other people."),
    SanctionKind.MATCHING_OFF: ("Matching is off", "You are not matched with anybody, and nobody with you."),
    SanctionKind.SUSPENDED: (
        "Your account is suspended",
        "You can sign in, read, download your data and appeal. You can't post anything.",
    ),
    SanctionKind.REMOVED: ("Your account was closed", "You can't sign in any more."),
}


def tell_sanctioned(*, sanction: Sanction, now: datetime) -> None:
    """Tell the person; who can't sign in any more gets a mail that says where to answer."""
    if sanction.kind == SanctionKind.REMOVED:
        mail = _removal_mail(sanction)
        html = str(mail.alternatives[0][0])
        queue_account_mail(to=sanction.user.email, subject=str(mail.subject), text=str(mail.body), html=html)
    else:
        _tell_person(sanction, "accounts.sanction_given", now)


def tell_lifted(*, sanction: Sanction, now: datetime) -> None:
    """Tell the person that a decision was taken back; an appeal against it waits no more."""
    _forget_appeal(sanction)
    _tell_person(sanction, "accounts.sanction_lifted", now)


def tell_decided(*, sanction: Sanction, now: datetime) -> None:
    """Tell the person how their appeal ended, and take back that it waits."""
    _forget_appeal(sanction)
    _tell_person(sanction, "accounts.appeal_decided", now)


def tell_about_appeal(*, sanction: Sanction, now: datetime) -> None:
    """Tell those who may answer an appeal: not who decided, and not the person."""
    path = f"/admin/accounts/sanction/{sanction.pk}/change/"
    for person in on_duty(group=LEAD, but=[sanction.by_id, sanction.user_id]):
        notify(to=person, kind="accounts.appeal_made", key=f"sanction:{sanction.pk}", path=path, now=now)


def length_words(sanction: Sanction) -> str:
    """Say until when it holds, in the person's own time; '' for a word, which has no length."""
    if sanction.kind == SanctionKind.NOTE:
        return ""
    if sanction.until is None:
        return "for good"
    local = timezone.localtime(sanction.until, zone_or_default(sanction.user.time_zone))
    return f"until {date_format(local, 'F j, Y, g:i A T')}"


def _removal_mail(sanction: Sanction) -> Mail:
    return compose(
        "accounts/removed",
        to=sanction.user.email,
        key=f"accounts.removed:{sanction.pk}",
        context={
            "person": sanction.user,
            "sanction": sanction,
            "safety_address": settings.SAFETY_CONTACT.removeprefix("mailto:"),
        },
    )


def _forget_appeal(sanction: Sanction) -> None:
    withdraw(kind="accounts.appeal_made", key=f"sanction:{sanction.pk}")


def _tell_person(sanction: Sanction, kind: str, now: datetime) -> None:
    path = reverse("accounts:standing")
    notify(to=sanction.user, kind=kind, key=f"sanction:{sanction.pk}", path=path, now=now)


# --- Kinds


def _sanction(key: str) -> Mapping[str, Any] | None:
    sanction = Sanction.objects.select_related("user").filter(pk=key.split(":")[1]).first()
    if sanction is None:
        return None
    heading, meaning = MEANINGS[SanctionKind(sanction.kind)]
    return {"sanction": sanction, "heading": heading, "meaning": meaning, "length": length_words(sanction)}


def _holding(key: str) -> Mapping[str, Any] | None:
    context = _sanction(key)
    return context if context is not None and context["sanction"].lifted_at is None else None


def _appeal(key: str) -> Mapping[str, Any] | None:
    context = _sanction(key)
    return context if context is not None and context["sanction"].waits_for_an_answer else None


def _is_staff(person: int) -> bool:
    return User.objects.filter(pk=person, is_staff=True).exists()


_WHY = "You get this because it is about your account. Mails like this can't be switched off."
KINDS = (
    NotificationKind(
        key="accounts.sanction_given",
        label="Decisions about my account",
        why=_WHY,
        tab=Tab.ACCOUNT,
        is_fixed=True,
        context=_holding,
    ),
    NotificationKind(
        key="accounts.sanction_lifted",
        label="Decisions that were taken back",
        why=_WHY,
        tab=Tab.ACCOUNT,
        is_fixed=True,
        context=_sanction,
    ),
    NotificationKind(
        key="accounts.appeal_decided",
        label="Answers to my appeals",
        why=_WHY,
        tab=Tab.ACCOUNT,
        is_fixed=True,
        context=_sanction,
    ),
    NotificationKind(
        key="accounts.appeal_made",
        label="Appeals that wait",
        why="You get this because you answer appeals.",
        tab=Tab.STAFF,
        is_fixed=True,
        is_for=_is_staff,
        context=_appeal,
    ),
)
