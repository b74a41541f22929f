"""Contact details in a text: what is found, and what only looks like it."""

import time

import pytest

from breakthru.lib.contact_details import contact_details

EMAIL, PHONE, USER_NAME = "an e-mail address", "a phone number", "a user name"


@pytest.mark.parametrize(
    "text",
    [
        "Write to jane.doe+x@school.edu, please",
        "JANE@GMAIL.COM",
        "josé@école.fr",
        "jane ＠ gmail．com",
        "jane\u200b@gmail.com",
        "jane@gmail dot com",
        "jane @ gmail.com",
        "jane at gmail dot com",
        "jane (at) gmail (dot) com",
        "jane[at]school[dot]edu",
        "jane(at)school.edu",
        "jane AT gmail.com",
        "mailto:jane@example.org",
    ],
)
def test_email_addresses_are_found_however_they_are_spelled(text: str) -> None:
    assert contact_details(text) == [EMAIL]


@pytest.mark.parametrize(
    "text",
    [
        "(555) 234-5678",
        "+1 (555) 234-5678",
        "555-234-5678",
        "1-555-234-5678",
        "Call 555.234.5678 after six.",
        "555 234 5678",
        "555\u2011234\u20115678",
        "5552345678",
        "+44 20 7946 0958",
        "+491701234567",
        "0044 20 7946 0958",
        "text me at 234-5678",
    ],
)
def test_phone_numbers_are_found_in_the_shapes_people_write(text: str) -> None:
    assert contact_details(text) == [PHONE]


@pytest.mark.parametrize(
    ("text", "site"),
    [
        ("my insta is jane", "Instagram"),
        ("ig: @jane", "Instagram"),
        ("https://www.instagram.com/jane/", "Instagram"),
        ("Hit me up on insta", "Instagram"),
        ("message me on WhatsApp", "WhatsApp"),
        ("wa.me/15552345678", "WhatsApp"),
        ("https://t.me/jane", "Telegram"),
        ("telegram: jane", "Telegram"),
        ("I\u2019m on telegram", "Telegram"),
        ("My discord is jane#1234", "Discord"),
        ("discord.gg/abc", "Discord"),
        ("add me on snap", "Snapchat"),
        ("text me over Signal", "Signal"),
        ("find me on LinkedIn", "LinkedIn"),
        ("linkedin.com/in/jane", "LinkedIn"),
        ("https://x.com/jane", "X"),
        ("fb.com/jane", "Facebook"),
        ("tiktok.com/@jane", "TikTok"),
        ("reddit.com/u/jane", "Reddit"),
    ],
)
def test_accounts_elsewhere_are_found_by_their_site(text: str, site: str) -> None:
    assert contact_details(text) == [f"a contact on {site}"]


@pytest.mark.parametrize("text", ["@jane_doe", "Reach me, @jane.doe, any day", "(@jane)"])
def test_a_user_name_alone_is_found(text: str) -> None:
    assert contact_details(text) == [USER_NAME]


def test_several_are_named_once_each_in_one_order() -> None:
    text = "@jane, 555-234-5678, 555-234-5679, insta: jane, jane@gmail.com"
    assert contact_details(text) == [EMAIL, PHONE, "a contact on Instagram"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "My MCAT was 511 (128/127/128/128), GPA 3.75, sGPA 3.68.",
        "511, 128-127-128-128",
        "MCAT 505 512 2025",
        "From 472-528; +3.5 3.6 2024 511; +5 points",
        "On 2026-11-22, 11/22/2026 or 11-22-2026, in the 2025-2026 cycle",
        "Tuition is $1,234,567, or $5551234567, about 555.00",
        "10,000 hours; 5,551,234,567 of them",
        "Call 988 or 911. Text HOME to 741741.",
        "1-800-273-8255 and (800) 273-8255",
        "AAMC ID 14567890",
        "https://example.org/x/5552345678 and doi 10.1234/5552345678",
        "ISBN 978-0-306-40615-7, pages 123-1234",
        "Discord among faculty, a mixed signal: they wait, in a snap: done",
        "I saw it on Instagram and TikTok. Is Discord good for study groups?",
        "Look at aamc.org and look at yahoo.com. I met her at a school dot.",
        "Working @ a lab",
        "netflix.com/title and next.me/x",
        "Scores of 128 127 130 131",
    ],
)
def test_scores_dates_sums_and_ordinary_words_are_none(text: str) -> None:
    assert contact_details(text) == []


@pytest.mark.parametrize(
    "piece",
    [
        "a",
        "@",
        "a@",
        "a.b@c-",
        "1",
        "1 ",
        "+1",
        "+1 (2) ",
        "555-",
        "555 234 ",
        "at ",
        "(at",
        "dot ",
        "my ",
        "text me ",
        "text me a b ",
        "ig ",
        "call ",
        "x\n",
        " ",
    ],
)
def test_a_hundred_kilobytes_take_no_longer_than_their_length_asks(piece: str) -> None:
    text = piece * (100_000 // len(piece))
    started = time.process_time()
    contact_details(text)
    assert time.process_time() - started < 3
