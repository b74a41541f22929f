"""What was found, cut out and marked, over rows of the audit log: they have a text."""

import pytest

from accounts.models import AuditEntry
from breakthru.lib.search import headline, marked

START, STOP = "\x02", "\x03"


def cut(text: str, words: str) -> str:
    """What is shown of `text` when somebody searches for `words`."""
    AuditEntry.objects.create(action="x", target="x", reason=text)
    found = AuditEntry.objects.annotate(found=headline("reason", words)).get()
    return str(marked(found.found))


# --- Marks


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("", ""),
        ("no mark", "no mark"),
        (f"{START}one{STOP} and {START}two{STOP}", "<mark>one</mark> and <mark>two</mark>"),
        ("a line\n\nand  another", "a line and another"),
        ("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"),
        (f"<b>{START}a & b{STOP}</b>", "&lt;b&gt;<mark>a &amp; b</mark>&lt;/b&gt;"),
        ("<mark>mine</mark>", "&lt;mark&gt;mine&lt;/mark&gt;"),
        ('"it\'s"', "&quot;it&#x27;s&quot;"),
    ],
)
def test_marked_escapes_the_text_and_prints_the_marks(text: str, html: str) -> None:
    assert marked(text) == html


# --- Cuts


@pytest.mark.django_db
def test_headline_marks_each_form_of_the_words() -> None:
    assert cut("Apply once; applying twice costs more", "apply") == (
        "<mark>Apply</mark> once; <mark>applying</mark> twice costs more"
    )


@pytest.mark.django_db
def test_headline_cuts_a_long_text_around_the_words() -> None:
    found = cut(" ".join([*(["before"] * 21), "needle", *(["after"] * 21)]), "needle")
    assert "before <mark>needle</mark> after" in found
    assert 16 <= len(found.split()) <= 32


@pytest.mark.django_db
def test_headline_of_a_phrase_holds_the_phrase() -> None:
    found = cut(" ".join([*(["gap"] * 30), "gap year", *(["year"] * 30)]), '"gap year"')
    assert "<mark>gap</mark> <mark>year</mark>" in found


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("Type <script>alert(1)</script> into forms", "Type alert(1) into <mark>forms</mark>"),
        ("Forms <img src=x onerror=alert(1)", "<mark>Forms</mark> &lt;img src=x onerror=alert"),
        ("Costs < fees & forms > words", "Costs &lt; fees &amp; <mark>forms</mark> &gt; words"),
        ('Some "quoted" forms', "Some &quot;quoted&quot; <mark>forms</mark>"),
    ],
)
def test_headline_prints_no_markup_that_somebody_typed(text: str, html: str) -> None:
    assert cut(text, "form") == html


@pytest.mark.django_db
@pytest.mark.parametrize("words", ["", "the of and", "!!! & | <-> :*", "'", '"', "-", "nothing-of-it"])
def test_headline_of_words_that_are_not_there_marks_nothing(words: str) -> None:
    assert cut("A sentence.", words) == "A sentence."
