"""Fields that several forms share."""

import uuid
from typing import Any

import pytest
from django import forms
from django.core.exceptions import ValidationError

from breakthru.lib import richtext
from breakthru.lib.fields import FormToken, RichTextField


class TokenForm(forms.Form):
    """A creating form."""

    token = FormToken()


def test_token_is_hidden_and_new_for_each_form() -> None:
    first, second = TokenForm()["token"].value(), TokenForm()["token"].value()
    assert isinstance(first, uuid.UUID)
    assert first != second
    assert f'<input type="hidden" name="token" value="{first}"' in str(
        TokenForm(initial={"token": first})["token"]
    )


def test_token_comes_back_as_it_was_shown() -> None:
    token = uuid.uuid4()
    form = TokenForm({"token": str(token)})
    assert form.is_valid()
    assert form.cleaned_data["token"] == token


@pytest.mark.parametrize("value", [{}, {"token": ""}, {"token": "x" * 5000}, {"token": "\x00"}])
def test_token_that_is_missing_or_broken_counts_as_new(value: dict[str, str]) -> None:
    first, second = TokenForm(value), TokenForm(value)
    assert first.is_valid()
    assert second.is_valid()
    assert isinstance(first.cleaned_data["token"], uuid.UUID)
    assert first.cleaned_data["token"] != second.cleaned_data["token"]


def cleaned(value: Any, **options: Any) -> str:
    return RichTextField(**{"max_length": 20, **options}).clean(value)


@pytest.mark.parametrize(
    ("typed", "html"),
    [
        ("<p>Hello <strong>you</strong></p>", "<p>Hello <strong>you</strong></p>"),
        ("Hello <b>", "<p>Hello &lt;b&gt;</p>"),
        ("<p>x<script>alert(1)</script></p>", "<p>x</p>"),
        ("a\x00b", "<p>ab</p>"),
    ],
)
def test_rich_text_is_cleaned(typed: str, html: str) -> None:
    assert cleaned(typed) == html


@pytest.mark.parametrize("typed", [None, "", "   ", "<p></p>", "<p><br></p>"])
def test_rich_text_may_be_nothing_only_where_it_is_optional(typed: str | None) -> None:
    assert cleaned(typed, required=False) == ""
    with pytest.raises(ValidationError) as refused:
        cleaned(typed)
    assert refused.value.code == "required"


def test_rich_text_length_counts_what_a_reader_sees() -> None:
    assert cleaned("<p>" + "<strong>a</strong>" * 20 + "</p>").count("a") == 20
    with pytest.raises(ValidationError) as refused:
        cleaned("<p>" + "a" * 21 + "</p>")
    assert refused.value.messages == ["Please shorten this to 20 characters; it has 21 now."]
    assert refused.value.code == "max_length"


def test_rich_text_that_is_far_too_long_is_refused_before_it_is_parsed() -> None:
    with pytest.raises(ValidationError) as refused:
        cleaned("a" * 2_000_000, max_length=10_000)
    assert refused.value.messages == ["Please shorten this to 10,000 characters; it has 2,000,000 now."]


def test_rich_text_that_can_not_be_read_is_refused_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(typed: str, profile: object) -> None:
        message = "This text is nested too deeply."
        raise richtext.RichTextError(message)

    monkeypatch.setattr(richtext, "clean_input", fail)
    with pytest.raises(ValidationError) as refused:
        cleaned("x")
    assert (refused.value.messages, refused.value.code) == (["This text is nested too deeply."], "invalid")


def test_rich_text_field_tells_the_editor_which_profile_to_offer() -> None:
    attrs = RichTextField(max_length=20, rows=9).widget.attrs
    assert (attrs["rows"], attrs["data-editor"]) == (9, "post")
