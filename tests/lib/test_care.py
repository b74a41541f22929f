"""Words of distress, and the lines that are shown for them."""

import time

import pytest

from breakthru.lib.care import HELP_LINES, shows_distress, with_help_lines


@pytest.mark.parametrize(
    "text",
    [
        "I want to kill myself",
        "I don\u2019t want to live anymore.",
        "i dont want to be here any more",
        "Sometimes I just want to die",
        "suicide rates among physicians",
        "My friend wants to die",
        "She said she would kill herself",
        "I WANT TO END IT ALL",
        "I want to\nend my life",
        "everyone would be better off without me",
        "I wish I was dead",
        "I want to disappear",
        "kms",
        "I overdosed last year",
        "I've been cutting myself again",
        "self-harm",
        "I hurt myself when I fail",
        "I feel hopeless",
        "I am so worthless",
        "I feel like a burden",
        "There is nothing left to live for",
        "Life isn't worth living",
        "I'm tired of living",
        "I can't go on.",
        "I can't take it anymore",
        "I can't stop crying",
        "I hate my life",
        "I want everything to end",
        "My dad hits me",
        "my boyfriend choked me",
        "My stepfather used to beat me",
        "She keeps hitting me",
        "I was raped",
        "He stalked me for months",
        "I was sexually assaulted at a party",
        "My attending threatened me",
        "I live in an abusive home",
        "I'm not safe at home",
        "I am scared of my husband",
    ],
)
def test_words_of_distress_are_heard(text: str) -> None:
    assert shows_distress(text) is True


@pytest.mark.parametrize(
    "text",
    [
        "",
        "This chapter is killing me, and I am dying to know why.",
        "A schedule to die for. I don't want to die on that hill.",
        "Cut myself some slack. I cut myself off coffee.",
        "I can't do this class anymore. I can't go on the interview day.",
        "My chances look hopeless, and I'm hopeless at physics.",
        "I don't want to live in Texas. I don't want to wake up at 5 am.",
        "I am tired of living with roommates.",
        "Burnout hit me hard. It hit me that he beat me to it. They hit me up.",
        "I ran 5 kms. The exam killed me. My killer application.",
        "End of life care; abuse of power; overdose reversal with naloxone.",
        "I volunteered at a domestic violence shelter.",
        "I give up on organic chemistry, and I want to end my gap year.",
        "There is no way out of the lease. Is it worth it?",
    ],
)
def test_ordinary_words_are_not_taken_for_distress(text: str) -> None:
    assert shows_distress(text) is False


@pytest.mark.parametrize("piece", ["a", "i a ", "dont want to ", "he has ", "my ", "I want to ", "'", "\n"])
def test_a_hundred_kilobytes_take_no_longer_than_their_length_asks(piece: str) -> None:
    text = piece * (100_000 // len(piece))
    started = time.process_time()
    shows_distress(text)
    assert time.process_time() - started < 3


def test_the_lines_are_the_known_ones_each_with_a_way_to_reach_it() -> None:
    assert {line.name: [address for _, address in line.ways] for line in HELP_LINES} == {
        "988 Suicide & Crisis Lifeline": ["tel:988", "sms:988", "https://988lifeline.org/"],
        "Crisis Text Line": ["sms:741741"],
        "Somebody is in danger now": ["tel:911"],
        "Outside of the United States": ["https://findahelpline.com/"],
    }


@pytest.mark.parametrize("url", ["/feed/1/x/", "/feed/1/x/#answer-2"])
def test_the_lines_are_brought_into_view_by_the_fragment_alone(url: str) -> None:
    assert with_help_lines(url) == "/feed/1/x/#while-you-wait"
