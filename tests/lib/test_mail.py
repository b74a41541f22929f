"""Mails: parts, headers and a Message-ID that stays the same."""

from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.template import engines

from breakthru.lib.mail import assemble, compose, message_id


def made(**fields: Any) -> Any:
    complete = {"to": "a@example.test", "key": "k", "subject": "Hello", "text": "Text", "html": "<p>Text</p>"}
    return assemble(**{**complete, **fields})


def test_message_id_belongs_to_its_key(settings: LazySettings) -> None:
    settings.SITE_HOST = "breakthru.example"
    assert message_id("answer 12, person 7") == message_id("answer 12, person 7")
    assert message_id("answer 12, person 7") != message_id("answer 12, person 8")
    assert message_id("k") == "<8254c329a92850f6d539dd376f4816ee@breakthru.example>"


def test_assemble_makes_a_text_and_an_html_part() -> None:
    mail = made(text="  Text \n\n")
    assert (mail.to, mail.subject, mail.body) == (["a@example.test"], "Hello", "Text\n")
    assert [tuple(part) for part in mail.alternatives] == [("<p>Text</p>", "text/html")]
    assert mail.message().get_content_type() == "multipart/alternative"


def test_assemble_says_that_a_machine_wrote() -> None:
    headers = made().message()
    assert headers["Message-ID"] == message_id("k")
    assert headers["Auto-Submitted"] == "auto-generated"
    assert headers["List-Unsubscribe"] is None


def test_assemble_offers_one_click_unsubscribe() -> None:
    headers = made(unsubscribe_url="https://site.example/stop/x/").message()
    assert headers["List-Unsubscribe"] == "<https://site.example/stop/x/>"
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


@pytest.mark.parametrize("field", ["subject", "to"])
def test_assemble_refuses_a_second_header_in_a_field(field: str) -> None:
    with pytest.raises(ValueError, match="newline"):
        made(**{field: "x@example.test\nBcc: all@example.test"}).message()


@pytest.fixture
def template(tmp_path: Path, settings: LazySettings) -> str:
    """Three templates of one mail, in a folder of their own."""
    folder = tmp_path / "emails" / "tests"
    folder.mkdir(parents=True)
    (folder / "hello.subject.txt").write_text(
        "{% autoescape off %}\n{{ name }}\n  is here{% endautoescape %}\n"
    )
    (folder / "hello.txt").write_text("{{ site_url }} {{ unsubscribe_url }}\n\n")
    (folder / "hello.html").write_text("<p>{{ name }}</p>")
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": [tmp_path]}]
    engines.__dict__.pop("templates", None)
    return "tests/hello"


def test_compose_renders_three_templates(template: str, settings: LazySettings) -> None:
    mail = compose(
        template,
        to="a@example.test",
        key="k",
        context={"name": "O'Brien\r\nBcc: x"},
        unsubscribe_url="https://site.example/stop/",
    )
    assert mail.subject == "O'Brien Bcc: x is here"
    assert mail.body == f"{settings.SITE_URL} https://site.example/stop/\n"
    assert [tuple(part) for part in mail.alternatives] == [("<p>O&#x27;Brien\r\nBcc: x</p>", "text/html")]
    assert mail.extra_headers["List-Unsubscribe"] == "<https://site.example/stop/>"
