"""Contact details in a text: e-mail addresses, phone numbers, accounts of messengers and social sites.

A hint for who writes, never a gate: what it finds is shown to nobody else. Every repetition is bounded and
begins at a sign that is rare, so that long texts take time in proportion to their length.
"""

import re
import unicodedata

from breakthru.lib.richtext import strip_invisible

_LABEL = r"[^\W_](?:[\w-]{0,62})"
_ENDINGS = "com|org|net|edu|gov|io|me|co|us|uk|ca|de|info|app"
# What people write for "." and "@" when they mean to be read by people only.
_DOT = r"\s{0,2}[\[({<]?\s?\bdot\b\s?[\])}>]?\s{0,2}"
_AT = r"\s{0,2}[\[({<]?\s?\bat\b\s?[\])}>]?\s{0,2}"
_MAILERS = "gmail|googlemail|yahoo|outlook|hotmail|icloud|proton|protonmail|aol|gmx|live|msn"
_EMAIL = (
    rf"(?<=[\w+-])[\[({{<]?@[\])}}>]?{_LABEL}\.[a-z]{{2}}",
    rf"(?<=[\w+-])\s?@\s?{_LABEL}(?:{_DOT}|\.)(?:{_ENDINGS})\b",
    rf"(?<=[\w)\]]){_AT}{_LABEL}{_DOT}(?:{_ENDINGS})\b",
    rf"(?<=[\w)\]])(?<!\blook){_AT}(?:{_MAILERS})\.[a-z]{{2}}",
    # "(at)" in brackets is no word of a sentence.
    rf"(?<=\w)\s?[\[({{<]at[\])}}>]\s?{_LABEL}\.[a-z]{{2}}",
)

# Free numbers belong to institutions, such as help lines.
_FREE = "8(?:00|33|44|55|66|77|88)"
_SEP = r"[ .\u2010-\u2015-]"
# Two test scores and a year: "508 512 2025".
_SCORES = rf"(?:4[7-9]\d|5[0-2]\d){_SEP}(?:4[7-9]\d|5[0-2]\d){_SEP}(?:19|20)\d\d\b"
_PHONE = (
    rf"(?<![\w/$€£#=.,])(?!{_SCORES})(?:\+?1{_SEP}?)?(?!{_FREE})[2-9]\d\d{_SEP}[2-9]\d\d{_SEP}\d{{4}}(?!\d)",
    rf"(?<![\w/])(?:\+?1{_SEP}?)?\((?!{_FREE})[2-9]\d\d\)\s?[2-9]\d\d{_SEP}?\d{{4}}(?!\d)",
    rf"(?<![\w/$€£#=.,-])(?:\+?1)?(?!{_FREE})[2-9]\d\d[2-9]\d{{6}}(?![\w,-])",
    # In the writing of other countries: a plus or two zeros, then 8 to 15 digits.
    rf"(?<![\w+])(?:\+|00)(?!1{_SEP}?{_FREE})[1-9](?:[ /()\u2010-\u2015-]{{0,2}}\d){{7,14}}(?![\d,])",
    # Without its area, only where it is called one.
    rf"\b(?:call|text|phone|cell|mobile|number|reach)\b[^\d\n]{{1,20}}[2-9]\d\d{_SEP}\d{{4}}(?!\d)",
)

_ACCOUNTS: dict[str, tuple[str, str]] = {
    # Name: its words, its addresses. Words with a second meaning stand in _DOUBLE.
    "Instagram": (r"instagram|insta|ig", r"instagram\.com/\w|instagr\.am/\w"),
    "WhatsApp": (r"whats ?app", r"wa\.me/\w|whatsapp\.com/\w"),
    "Telegram": (r"telegram", r"t\.me/\w|telegram\.me/\w"),
    "Discord": (r"discord", r"discord\.gg/\w|discord(?:app)?\.com/(?:invite|users)/"),
    "Snapchat": (r"snapchat|snap", r"snapchat\.com/(?:add|t)/"),
    "Signal": (r"signal", r"signal\.me/|signal\.group/"),
    "Facebook": (r"facebook|messenger|fb", r"facebook\.com/\w|fb\.(?:com|me)/\w|m\.me/\w|messenger\.com/t/"),
    "TikTok": (r"tik ?tok", r"tiktok\.com/@"),
    "X": (r"twitter", r"(?:twitter|x)\.com/\w"),
    "LinkedIn": (r"linked ?in", r"linkedin\.com/in/"),
    "Reddit": (r"reddit", r"reddit\.com/u(?:ser)?/"),
    "WeChat": (r"we ?chat|weixin", r"weixin\.qq\.com/"),
    "Skype": (r"skype", r"join\.skype\.com/"),
}
_DOUBLE = {"ig", "signal", "snap", "discord", "messenger"}
_REACH = r"(?:dm|pm|text|message|msg|add|find|follow|reach|contact|write|write to|ping|hit|call) (?:me|us|up)"
_ON = "on|at|via|through|by|over|using"
_NAMES = r"(?: (?:name|handle|user ?name|id|user|tag|account|number))?"
# "@name", where no e-mail address is.
_HANDLE = re.compile(r"(?<![\w.@+/-])@[a-z_][\w.]{2,29}(?![\w@])", re.IGNORECASE)


def _of_account(words: str, addresses: str) -> re.Pattern[str]:
    certain = "|".join(word for word in words.split("|") if word not in _DOUBLE) or "(?!)"
    return re.compile(
        rf"(?<![\w-])(?:{addresses})"
        rf"|\b(?:my|our) (?:{words}){_NAMES}\s?(?:is\b|[:=@])"
        rf"|\b(?:{certain}){_NAMES}\s?[:=]\s?[\w@]"
        rf"|\b(?:{words}) ?:? ?@\w"
        rf"|\b{_REACH}(?: \w{{1,20}}){{0,3}} (?:{_ON}) (?:my )?(?:{words})\b"
        rf"|\bi ?'?a?m on (?:{words})\b",
        re.IGNORECASE,
    )


def _any(patterns: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(patterns), re.IGNORECASE)


_KINDS = (
    ("an e-mail address", _any(_EMAIL)),
    ("a phone number", _any(_PHONE)),
    *((f"a contact on {name}", _of_account(*how)) for name, how in _ACCOUNTS.items()),
)


def contact_details(text: str) -> list[str]:
    """Return the kinds of contact details in `text`, in words, such as "a phone number"; each once."""
    plain = unicodedata.normalize("NFKC", strip_invisible(text)).replace("\u2019", "'")
    plain = re.sub(r"[ \t\r\f\v\xa0]+", " ", plain)
    found = [kind for kind, pattern in _KINDS if pattern.search(plain)]
    if not found and _HANDLE.search(plain):
        found.append("a user name")
    return found
