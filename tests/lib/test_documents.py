"""Import of Markdown and HTML, and telling documents by their content."""

import base64
from io import BytesIO
from typing import Any

import pytest
from PIL import Image as Pillow

from breakthru.lib import images
from breakthru.lib.documents import DocumentError, Dropped, Imported, import_document, report
from breakthru.lib.images import Image
from breakthru.lib.richtext import Heading

_PNG_FILE = BytesIO()
Pillow.new("RGB", (6, 4), "teal").save(_PNG_FILE, "PNG")
PNG = _PNG_FILE.getvalue()
PNG_DATA = "data:image/png;base64," + base64.b64encode(PNG).decode()


def _md(text: str) -> Imported:
    return import_document("some-notes.md", text.encode())


def _html(text: str, encoding: str = "utf-8") -> Imported:
    return import_document("page.html", text.encode(encoding))


def _dropped(imported: Imported) -> list[tuple[str, int, str]]:
    return [(dropped.kind, dropped.count, dropped.example) for dropped in imported.report]


@pytest.mark.parametrize("name", ["a.md", "a.markdown", "A.MD"])
def test_markdown_becomes_a_clean_draft(name: str) -> None:
    words = "One *two* **three** `four` [five](https://a.example)."
    text = f"# Title\n\n{words}\n\n> said\n\n## Part\n\n***\n\n### Sub\n"

    imported = import_document(name, text.encode())

    assert imported.title == "Title"
    assert imported.cleaned.html == (
        '<p>One <em>two</em> <strong>three</strong> <code>four</code> <a href="https://a.example">five</a>.</p>'
        '<blockquote><p>said</p></blockquote><h2 id="part">Part</h2><hr><h3 id="sub">Sub</h3>'
    )
    assert imported.cleaned.outline == (Heading(2, "part", "Part"), Heading(3, "sub", "Sub"))
    assert (imported.images, imported.report) == ((), ())


def test_markdown_lists_stay_nested() -> None:
    assert _md("1. a\n   - b\n     1. c\n   - d\n2. e\n").cleaned.html == (
        "<ol><li>a<ul><li>b<ol><li>c</li></ol></li><li>d</li></ul></li><li>e</li></ol>"
    )


def test_markdown_table_has_a_header() -> None:
    assert _md("| A | B |\n|---|---|\n| 1 | 2 |\n").cleaned.html == (
        '<table><thead><tr><th scope="col">A</th><th scope="col">B</th></tr></thead>'
        "<tbody><tr><td>1</td><td>2</td></tr></tbody></table>"
    )


def test_markdown_footnotes_are_numbered_by_first_reference() -> None:
    html = _md("a[^x] b[^y] c[^x]\n\n[^y]: Second.\n[^x]: First *note*.\n\n    More.\n").cleaned.html

    assert html == (
        '<p>a<sup><a href="#fn-1" id="fnref-1">1</a></sup> b<sup><a href="#fn-2" id="fnref-2">2</a></sup>'
        ' c<sup><a href="#fn-1" id="fnref-1-2">1</a></sup></p>'
        '<section class="footnotes" aria-label="Footnotes"><ol>'
        '<li id="fn-1"><p>First <em>note</em>.</p><p>More.'
        ' <a href="#fnref-1" aria-label="Back to reference 1">↩</a>'
        ' <a href="#fnref-1-2" aria-label="Back to reference 1-2">↩</a></p></li>'
        '<li id="fn-2">Second. <a href="#fnref-2" aria-label="Back to reference 2">↩</a></li></ol></section>'
    )


@pytest.mark.parametrize(
    ("mark", "css", "label"),
    [
        ("NOTE", "note", "Note"),
        ("guidance", "note ok", "Guidance"),
        ("MY-STORY", "note warn", "My story"),
        ("Warning", "note warn", "Warning"),
    ],
)
def test_markdown_callouts_become_asides(mark: str, css: str, label: str) -> None:
    assert _md(f"> [!{mark}]\n> Words.\n>\n> More.\n").cleaned.html == (
        f'<aside class="{css}" aria-label="{label}"><p>Words.</p><p>More.</p></aside>'
    )


@pytest.mark.parametrize("quote", ["> [!ODD] Words.", "> Words.", "> - [!NOTE] x"])
def test_markdown_quotes_stay_quotes(quote: str) -> None:
    assert _md(quote).cleaned.html.startswith("<blockquote>")


def test_front_matter_gives_title_and_summary() -> None:
    text = (
        "---\ntitle: 'Why: a mentor'\nsummary: >\n  Two\n  lines.\ntags:\n  - a\n# remark\nauthor: X\n---\n"
        "# Why: a mentor\n\n## Part\n"
    )

    imported = _md(text)

    assert (imported.title, imported.summary) == ("Why: a mentor", "Two lines.")
    assert imported.cleaned.html == '<h2 id="part">Part</h2>'


def test_front_matter_title_leaves_another_heading_alone() -> None:
    imported = _md("---\n  odd\ntitle: T\ndescription: D\n---\n# Chapter\n\nx\n")

    assert (imported.title, imported.summary) == ("T", "D")
    assert imported.cleaned.html == '<h2 id="chapter">Chapter</h2><p>x</p>'


@pytest.mark.parametrize(
    ("text", "title", "ids"),
    [
        ("# One\n\n## a\n\n# Two\n", "One", ["one", "a", "two"]),
        ("## a\n\n# Title\n", "Title", ["section-a", "title"]),
        ("words\n", "Some notes", []),
    ],
)
def test_title_without_a_single_first_heading(text: str, title: str, ids: list[str]) -> None:
    imported = _md(text.replace("## a", "## Section a"))

    assert imported.title == title
    assert [heading.id for heading in imported.cleaned.outline] == [
        "section-a" if name == "a" else name for name in ids
    ]


def test_html_page_loses_what_made_it_a_page() -> None:
    imported = _html(
        "<!DOCTYPE html><html><head><title>My &amp; page</title><meta charset=utf-8>"
        '<meta content="About &lt;it&gt;" name="description">'
        "<style>p{}</style><script>x()</script></head><body>"
        '<p onclick="x()">a</p><form action=/x><input name=q></form><iframe src=https://a.example></iframe>'
        "<svg></svg><video></video></body></html>"
    )

    assert (imported.title, imported.summary) == ("My & page", "About <it>")
    assert imported.cleaned.html == "<p>a</p>"
    assert _dropped(imported) == [
        ("Style sheets", 1, "<style>"),
        ("Scripts", 1, "<script>"),
        ("Forms", 1, "<form action=/x>"),
        ("Form fields", 1, "<input name=q>"),
        ("Embedded pages", 1, "<iframe src=https://a.example>"),
        ("Drawings", 1, "<svg>"),
        ("Video and sound", 1, "<video>"),
        ("Scripts in attributes", 1, "onclick"),
    ]


@pytest.mark.parametrize(
    "head",
    ["", "<meta name=viewport content='x'>", "<meta name=description>", "<meta property=x content>"],
)
def test_html_without_description_has_no_summary(head: str) -> None:
    assert _html(f"{head}<p>a</p>").summary == ""


def test_html_heading_wins_over_page_title() -> None:
    assert _html("<title>Site | Page</title><h1><b>Page</b></h1><h2><b>Part</b></h2>").title == "Page"


def test_links_that_cannot_stay_are_reported() -> None:
    imported = _html('<p><a href="other.html">one</a> <a href="/feed/">two</a> <a href="x.html"></a></p>')

    assert imported.cleaned.html == '<p>one <a href="/feed/">two</a></p>'
    assert _dropped(imported) == [("Links (only web, mail and local ones are kept)", 1, "one (other.html)")]


def test_pictures_inside_the_document_are_taken_out_and_written_anew() -> None:
    imported = _html(f'<p><img src="{PNG_DATA}" alt="A road"></p><p>x <img src="{PNG_DATA}"></p>')

    (image,) = imported.images
    assert (image.width, image.height, image.alt, image.content_type) == (6, 4, "A road", "image/webp")
    source = f'src="/learn/images/{image.name}"'
    assert sorted(imported.cleaned.html) == sorted(
        f'<figure><img {source} alt="A road" width="6" height="4"></figure>'
        f'<p>x <img {source} alt="" width="6" height="4"></p>'
    )


def test_pictures_of_markdown_are_taken_too() -> None:
    imported = _md(f"![A road]({PNG_DATA})\n")

    assert [image.alt for image in imported.images] == ["A road"]


def test_image_prefix_says_where_pictures_will_live() -> None:
    imported = import_document("a.md", f"![x]({PNG_DATA})".encode(), image_prefix="/media/")

    assert f'src="/media/{imported.images[0].name}"' in imported.cleaned.html


def test_picture_that_the_site_already_has_stays() -> None:
    assert _md("![x](/learn/images/a.webp)").cleaned.html == (
        '<figure><img src="/learn/images/a.webp" alt="x"></figure>'
    )


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("https://a.example/x.png", "x: It is not inside the document."),
        ("data:image/png;base64,AAAA", "x: The file is not a PNG, JPEG, WebP or GIF picture."),
        ("data:image/png;base64,A", "x: The picture is damaged."),
        ("data:image/svg+xml,<svg/>", "x: The file is not a PNG, JPEG, WebP or GIF picture."),
    ],
)
def test_refused_pictures_are_reported(source: str, reason: str) -> None:
    imported = _html(f'<p>a</p><img alt="x" src="{source}">')

    assert (imported.images, imported.cleaned.html) == ((), "<p>a</p>")
    assert [dropped for dropped in _dropped(imported) if dropped[0] == "Pictures"] == [
        ("Pictures", 1, reason)
    ]


def test_picture_without_name_is_reported_by_its_address() -> None:
    imported = _html("<p>a</p><img src=x.png><img src='data:image/png;base64,AAAA'>")

    assert imported.report == (Dropped("Pictures", 2, "x.png: It is not inside the document."),)


def test_number_of_pictures_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(report, "MAX_IMAGES", 1)

    imported = _html(f'<img src="{PNG_DATA}"><img src="{PNG_DATA}" alt="y">')

    assert (len(imported.images), _dropped(imported)) == (1, [("Pictures", 1, "y: More than 1 pictures.")])


def test_long_examples_are_cut() -> None:
    imported = _html(f'<p><a href="x.html">{"word " * 60}</a></p>')

    assert len(imported.report[0].example) == 120
    assert imported.report[0].example.endswith("…")


def test_notes_of_a_saved_page_become_footnotes() -> None:
    imported = _html(
        '<p>a<sup><a href="#n1" id="r1">[1]</a></sup> <a href="#n1">see</a> <sup>2</sup></p>'
        '<div><hr><ol><li id="n1"><em>note</em>, <a href="/x">x</a> <a href="#r1">back</a></li></ol></div>'
        '<p>end <a href="/y">y</a></p>'
    )

    assert imported.cleaned.html == (
        '<p>a<sup><a href="#fn-1" id="fnref-1">1</a></sup> <a href="#fn-1">see</a> <sup>2</sup></p>'
        '<p>end <a href="/y">y</a></p>'
        '<section class="footnotes" aria-label="Footnotes"><ol><li id="fn-1"><em>note</em>, '
        '<a href="/x">x</a> <a href="#fnref-1" aria-label="Back to reference 1">↩</a></li></ol></section>'
    )


def test_note_may_lead_to_another_note() -> None:
    imported = _html(
        '<p>a<sup><a href="#x" id="r1">1</a></sup> b<sup><a href="#y" id="r2">2</a></sup></p>'
        '<ol><li id="x">see <a href="#y">two</a></li><li id="y">n</li></ol>'
    )

    assert '<li id="fn-1">see <a href="#fn-2">two</a> <a' in imported.cleaned.html


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("name", ["a.html", "a.htm", "a.md"])
def test_text_is_read_in_the_common_encodings(name: str, encoding: str) -> None:
    assert import_document(name, "Größe – “é”".encode(encoding)).cleaned.text == "Größe – “é”"


@pytest.mark.parametrize(
    ("name", "data", "sentence"),
    [
        ("a.exe", b"x", "Only Word (.docx), Markdown (.md) and HTML (.html) documents can be imported."),
        ("a", b"x", "Only Word (.docx), Markdown (.md) and HTML (.html) documents can be imported."),
        ("a.md", b"", "The document is empty."),
        ("a.docx", b" \n", "The document is empty."),
        ("a.md", b"<!-- only a remark -->", "The document has no text."),
        ("a.md", b"x" * 20_000_001, "The document is larger than 20 MB."),
        ("a.md", b"x" * 500_001, "The text is larger than 500 kB."),
        ("a.html", b"x " * 1_000_000, "This text is too long"),
        # Each sign grows to five when it is written as HTML.
        ("a.html", b"<p>" + b"& " * 260_000, "The document cannot be imported. This text is too long"),
        ("a.html", b"<b>" * 90_000, "The document has far too much formatting to be read."),
        ("a.docx", b"%PDF-1.7 x", "This is a PDF"),
        ("a.md", b"%PDF-1.7 x", "This is a PDF"),
        ("a.docx", b"{\\rtf1 x}", "This is an RTF file."),
        ("a.docx", b"MZ\x90\0x", "This is not a Word document, although its name ends in .docx."),
        ("a.html", b"MZ\x90\0x", "This is not a text file, although its name ends in .html."),
        ("a.md", b"PK\x03\x04x", "This is not a text file, although its name ends in .md."),
        ("a.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 x", "This is a document of an old kind (.doc)."),
        (
            "a.docx",
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"),
            "The document is protected by a password.",
        ),
    ],
    ids=lambda value: str(value)[:24],
)
def test_import_refuses_with_a_sentence(name: str, data: bytes, sentence: str) -> None:
    with pytest.raises(DocumentError) as caught:
        import_document(name, data)

    assert sentence in str(caught.value)


def test_hostile_markdown_is_disarmed() -> None:
    imported = _md(
        "[a](javascript:alert(1)) <img src=x onerror=alert(1)>\n\n<script>alert(1)</script>\n\nx\n"
    )

    assert imported.cleaned.html == "<p>[a](javascript:alert(1))</p><p>x</p>"


def test_one_picture_used_often_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[bytes] = []

    def reencode(data: bytes, **options: Any) -> Image:
        read.append(data)
        return real(data, **options)

    real = images.reencode
    monkeypatch.setattr(report, "reencode", reencode)
    out = BytesIO()
    Pillow.new("RGB", (3, 2), "red").save(out, "PNG")
    tag = f'<p><img src="data:image/png;base64,{base64.b64encode(out.getvalue()).decode()}" alt="Red"></p>'

    imported = import_document("a.html", (tag * 20).encode())

    assert (len(read), len(imported.images), imported.cleaned.html.count("<img")) == (1, 1, 20)


def test_links_that_run_something_are_reported() -> None:
    imported = import_document("a.html", b'<p>Some <a href="javascript:alert(1)">bad</a> words.</p>')

    assert [(row.kind, row.count, row.example) for row in imported.report] == [
        (report.REFUSED_LINKS, 1, "javascript:alert(1)")
    ]
