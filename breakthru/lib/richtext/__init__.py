"""Rich text: HTML cleaned once, at write, so that templates may print it.

`clean(html, POST | ARTICLE)` is the only door; `clean_input` is the same for a form field that may hold
plain text. Models store `Cleaned.html`, `.text`, `.outline`, `.word_count` and `.version`.
"""

from breakthru.lib.richtext.cleaning import CLEANER_VERSION, Cleaned, Heading, clean, clean_input
from breakthru.lib.richtext.plain import excerpt, from_plain_text, looks_like_html, reading_minutes
from breakthru.lib.richtext.profiles import ARTICLE, POST, Profile
from breakthru.lib.richtext.sections import Section, decorate, sections
from breakthru.lib.richtext.tree import RichTextError, TooComplexError, TooLongError

__all__ = [
    "ARTICLE",
    "CLEANER_VERSION",
    "POST",
    "Cleaned",
    "Heading",
    "Profile",
    "RichTextError",
    "Section",
    "TooComplexError",
    "TooLongError",
    "clean",
    "clean_input",
    "decorate",
    "excerpt",
    "from_plain_text",
    "looks_like_html",
    "reading_minutes",
    "sections",
]
