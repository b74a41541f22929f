"""Loading the demo: only where it may be, and once."""

from datetime import date, timedelta

import pytest
from django.conf import LazySettings
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts.models import User
from breakthru.demo import DemoError, load_demo, loading
from breakthru.demo.reading import articles
from mentors.models import MentorProfile

pytestmark = pytest.mark.django_db
LOADED_AT = timezone.now()


def test_the_demo_refuses_a_place_where_it_is_off(settings: LazySettings) -> None:
    settings.DEMO = False

    with pytest.raises(DemoError):
        load_demo(now=LOADED_AT)

    assert User.objects.count() == 0


def test_the_command_says_why_it_refuses(settings: LazySettings) -> None:
    settings.DEMO = False

    with pytest.raises(CommandError, match="switched off"):
        call_command("seed_demo")


def test_the_command_loads_once(settings: LazySettings, capsys: pytest.CaptureFixture[str]) -> None:
    settings.DEMO = True

    call_command("seed_demo")
    call_command("seed_demo")

    assert capsys.readouterr().out.splitlines() == ["The demo is loaded.", "The demo is there already."]


def test_mentors_are_verified_to_the_end_of_the_academic_year(settings: LazySettings) -> None:
    settings.DEMO = True
    autumn = LOADED_AT.replace(year=2026, month=11, day=22)

    load_demo(now=autumn)

    ends = set(MentorProfile.objects.verified(date(2027, 6, 30)).values_list("verified_until", flat=True))
    assert ends == {date(2027, 6, 30)}
    assert MentorProfile.objects.verified(date(2027, 6, 30) + timedelta(days=1)).count() == 0


@pytest.mark.django_db
def test_an_article_that_would_lose_something_is_refused(
    settings: LazySettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.DEMO = True
    about, path = articles()[0]
    monkeypatch.setattr(loading, "articles", lambda: [({**about, "topics": "nothing"}, path)])
    with pytest.raises(DemoError, match="Unknown topics"):
        load_demo(now=timezone.now())
