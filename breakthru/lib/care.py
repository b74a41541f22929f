"""Where somebody in distress finds help, and the words that show it to who wrote them.

Nothing here is kept, counted or told: the writer alone sees the lines.
"""

import re
import unicodedata
from dataclasses import dataclass


@dataclass(frozen=True)
class HelpLine:
    """One place to turn to: its name, what it is for, and ways to reach it (words and address)."""

    name: str
    about: str
    ways: tuple[tuple[str, str], ...]


# As public pages gave them on November 22, 2026. The page /safety/ gives the same lines and that day: who
# edits it looks at the lines' own pages.
HELP_LINES = (
    HelpLine(
        "988 Suicide & Crisis Lifeline",
        "United States, free, at any hour",
        (("Call 988", "tel:988"), ("Text 988", "sms:988"), ("Chat", "https://988lifeline.org/")),
    ),
    HelpLine(
        "Crisis Text Line",
        "United States, free, at any hour",
        (("Text HOME to 741741", "sms:741741"),),
    ),
    HelpLine("Somebody is in danger now", "United States", (("Call 911", "tel:911"),)),
    HelpLine(
        "Outside of the United States",
        "free lines by country",
        (("findahelpline.com", "https://findahelpline.com/"),),
    ),
)
# The part of a page that shows the lines; see `with_help_lines`.
PLACE = "while-you-wait"

_SELF = r"(?:my|him|her|them|your|our) ?sel(?:f|ves)"
_END = r"(?=\s*(?:[.,;:!?)]|$|any ?more\b|like this\b|but\b|and\b))"
_NOT_WANT = r"\b(?:dont|do not|didnt|never|no longer) want(?:ed)? to"
_NEAR = "dad|father|mom|mother|parents?|partner|boyfriend|girlfriend|husband|wife"
_ANYBODY = rf"he|she|they|step(?:dad|father|mom|mother)|{_NEAR}|brother|sister|uncle|ex|roommate"
_AT_WORK = "boss|professor|attending|resident|preceptor"
_OFTEN = r"(?:(?:has|have|had|keeps|kept|used to|often|always|sometimes|once) )?"
_DOES = r"hits?|hitting|beats?|beating|chok(?:es|ed|ing)|punch(?:es|ed)|slap(?:s|ped)|hurts?|hurting"
_DONE = r"rap(?:ed|es|ing)|molest(?:ed|s|ing)|grop(?:ed|es|ing)|stalk(?:ed|s|ing)|assault(?:ed|s|ing)"
_BEEN = "raped|molested|groped|stalked|beaten|abused|sexually (?:assaulted|abused|harassed)"
_WORDS = (
    # Suicide. As a topic too: the lines do no harm there.
    r"suicid(?:e|es|al|ality)\b",
    rf"\bkill(?:ing|ed|s)? {_SELF}",
    r"\b(?:end|ending|take|taking|took) (?:my|his|her|their) (?:own )?li(?:fe|ves)\b",
    r"\bend(?:ing)? it all\b",
    r"\b(?:want|wants|wanted|wish|ready|rather|tried|trying|plan|planning|going) to die\b(?! (?:on|for|of) )",
    r"\bwish(?:ed)? i (?:was|were|had been|had) (?:dead|never (?:been )?born)\b",
    r"\b(?:better off|rather be|wants? to be) dead\b",
    r"\bbetter off without me\b",
    rf"{_NOT_WANT} (?:be alive|exist|be here any ?more)\b",
    rf"{_NOT_WANT} (?:live|wake up){_END}",
    r"\b(?:want to|wish i could) (?:just )?disappear\b",
    r"\bunaliv(?:e|ed|ing)\b",
    r"(?<!\d)(?<!\d )\bkms\b",
    r"\bi (?:\w{1,20} ){0,2}overdosed\b",
    r"\btake all (?:of )?my (?:pills|meds|medication)\b",
    # Self-harm.
    r"\bself[ -]?(?:harm|injur)",
    r"\b(?:hurt|harm|cut|burn|starve)(?:t?ing)? myself\b(?! (?:some|a|off|out|short|at|playing|running)\b)",
    r"\bstarving myself\b",
    # Hopelessness.
    r"\b(?:nothing|no reason) (?:left )?to (?:live|go on)\b",
    r"\b(?:not worth|no point in) (?:living|going on|being alive)\b",
    r"\blife (?:isnt|is not) worth (?:it|living)\b",
    r"\b(?:tired|sick|done) (?:of|with) (?:living|life|being alive)\b(?! (?:in|with|at|on|off|near)\b)",
    r"\bgiv(?:e|en|ing) up on (?:life|living|everything)\b",
    r"\b(?:feel|feeling|felt|im|i am) (?:\w{1,12} )?(?:hopeless|worthless)\b(?! (?:at|with|in)\b)",
    r"\b(?:feel|feeling|felt|am|im) (?:like )?a burden\b",
    r"\b(?:no hope (?:left|any ?more)|lost all hope)\b",
    r"\bhat(?:e|ing) (?:my life|myself)\b",
    rf"\bcant (?:go on|keep going|keep living|cope|take (?:it|this|life)){_END}",
    r"\bcant stop crying\b|\bcry(?:ing)? (?:every|all) (?:night|day)\b",
    r"\bwant (?:it all|everything|the pain) to (?:end|stop|be over)\b",
    # Abuse.
    rf"\b(?:{_DONE}|abus(?:ed|es|ing)) me\b",
    rf"\b(?:was|were|am|im|been|being|got) (?:\w{{1,20}} )?(?:{_BEEN})\b",
    rf"\b(?:{_ANYBODY}|{_AT_WORK}) {_OFTEN}(?:{_DOES}|threaten(?:s|ed)) me\b(?! (?:that|to it|up)\b)",
    rf"\babusive (?:home|household|relationship|marriage|family|{_NEAR})\b",
    r"\b(?:dont feel|not|isnt|never felt) safe (?:at home|with (?:him|her|them|my))\b",
    rf"\b(?:afraid|scared) (?:to go home|of (?:him|her|them|(?:my )?(?:{_NEAR})))\b",
)
_DISTRESS = re.compile("|".join(_WORDS))


def shows_distress(text: str) -> bool:
    """Say whether words in `text` speak of suicide, self-harm, hopelessness or abuse.

    It errs to the side of showing help; nothing may depend on it but that.
    """
    plain = unicodedata.normalize("NFKC", text).casefold()
    plain = re.sub(r"['\u2019\u2018`\u00b4]", "", plain)
    return _DISTRESS.search(" ".join(plain.split())) is not None


def with_help_lines(url: str) -> str:
    """Return the address of a page with the help lines in view.

    The fragment stays in the browser: no server, log or session learns that they are shown.
    """
    return f"{url.partition('#')[0]}#{PLACE}"
