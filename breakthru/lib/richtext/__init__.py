"""Rich text: HTML cleaned once, at write, so that templates may print it.

`clean(html, POST | ARTICLE)` is the only door; `clean_input` is the same for a form field that may hold
plain text. Models store `Cleaned.html`, `.text`, `.outline`, `.word_count` and `.version`.
"""

from breakthru.lib.richtext.cleaning import CLEANER_VERSION, Cleaned, Heading, clean, clean_input
from breakthru.lib.richtext.fact_blocks import MAX_FACT_KEY_LENGTH, is_fact_key
from breakthru.lib.richtext.facts import drop_facts, fact_keys
from breakthru.lib.richtext.parts import opening, without_sections
from breakthru.lib.richtext.passages import has_quote, nearest_heading
from breakthru.lib.richtext.plain import excerpt, from_plain_text, looks_like_html, reading_minutes
from breakthru.lib.richtext.profiles import ARTICLE, POST, Profile
from breakthru.lib.richtext.sections import Section, decorate, sections
from breakthru.lib.richtext.tree import RichTextError, TooComplexError, TooLongError, strip_invisible

__all__ = [
    "ARTICLE",
    "CLEANER_VERSION",
    "MAX_FACT_KEY_LENGTH",
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
    "drop_facts",
    "excerpt",
    "fact_keys",
    "from_plain_text",
    "has_quote",
    "is_fact_key",
    "looks_like_html",
    "nearest_heading",
    "opening",
    "reading_minutes",
    "sections",
    "strip_invisible",
    "without_sections",
]
