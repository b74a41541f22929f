"""What a document says about itself comes along with it."""

import pytest

from breakthru.lib.documents import import_document


def _about(text: str, name: str = "a.md") -> dict[str, str]:
    return import_document(name, text.encode()).about


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_about_holds_every_entry_by_its_name_in_lower_case(end: str) -> None:
    lines = [
        "---",
        'Title: "Two roads"',
        "slug:  two-roads ",
        "review_on: 2027-05-15",
        "x-1: 'it''",
        "empty:",
    ]

    assert _about(end.join([*lines, "---", "", "slug: not this", ""])) == {
        "title": "Two roads",
        "slug": "two-roads",
        "review_on": "2027-05-15",
        "x-1": "it'",
        "empty": "",
    }


def test_about_is_read_behind_a_byte_order_mark() -> None:
    assert _about("\ufeff---\nslug: a\n---\nWords.\n") == {"slug": "a"}


@pytest.mark.parametrize(
    ("entry", "value"),
    [
        ("summary: >\n  Two\n  lines.", "Two lines."),
        ("summary: |-\n  Two\n\n  lines.", "Two lines."),
        ("summary: Two\n  lines.", "Two lines."),
        ("summary:\n    Two lines.", "Two lines."),
        ("summary:\n  - mcat\n  - 'gap years'", "mcat, gap years"),
        ("summary: mcat\n# a remark\n  - gap", "mcat, gap"),
        ("summary: one\nsummary: two", "two"),
        ("- a list\nnot an entry\nsummary: x", "x"),
        ("  - lost\nsummary: x", "x"),
    ],
)
def test_values_of_several_lines_are_joined(entry: str, value: str) -> None:
    assert _about(f"---\n{entry}\n---\nWords.\n") == {"summary": value}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.html", "---\nslug: a\n---\n<p>Words.</p>"),
        ("a.md", "# No front matter\n\nslug: a\n"),
        ("a.md", "---\nslug: never-closed\n"),
        ("a.md", "---\n- a list\nnot an entry\n---\nWords.\n"),
        ("a.md", "Words.\n\n---\nslug: a\n---\n"),
    ],
)
def test_about_is_empty_where_there_is_no_front_matter(name: str, text: str) -> None:
    assert _about(text, name) == {}
