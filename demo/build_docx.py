"""Write a demo article as a real Word document, from its Markdown.

Run `python demo/build_docx.py`; it writes `demo/articles/why-a-mentor-matters.docx`. The document is what
an editor would send: Word's own Title, Heading, Quote and Caption styles, numbered and bulleted lists with
true nesting, links, footnotes, a table with a header row, callouts as paragraph styles and one figure with
alternative text. The same input gives the same bytes, so that a rebuild shows up in version control only
when words changed.
"""

from __future__ import annotations

import datetime
import io
import re
import sys
import zipfile
from dataclasses import dataclass, field, replace
from pathlib import Path

from docx import Document
from docx.document import Document as DocumentType
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.opc.constants import CONTENT_TYPE, RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Inches, Pt, RGBColor
from docx.text.paragraph import Paragraph
from lxml import etree
from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode
from mdit_py_plugins.footnote import footnote_plugin
from mdit_py_plugins.front_matter import front_matter_plugin
from PIL import Image, ImageDraw

ARTICLES = Path(__file__).resolve().parent / "articles"
SLUG = "why-a-mentor-matters"
BUILT_AT = datetime.datetime(2026, 11, 20, 12, 0, tzinfo=datetime.UTC)
CALLOUTS = {"NOTE": "Guidance", "WARNING": "Warning"}
TINTS = {"Guidance": ("E1F0EA", "17604E"), "Warning": ("FDF0D6", "824D00")}
ALT = "Four roads come from the left, bend and meet; one of them goes on through the gap in an open ring."
FIGURE_CAPTION = "Figure: Many roads, some with a bend, meet before the opening."
LIST_KINDS = {"bullet_list": ("bullet", "•"), "ordered_list": ("decimal", "%{level}.")}


@dataclass(frozen=True)
class Look:
    """How a stretch of text is set: weight, slant and, for links, where it goes."""

    bold: bool = False
    italic: bool = False
    href: str = ""


@dataclass
class Footnotes:
    """The footnotes part while it is being written: its part, its root element, the numbers used."""

    part: Part
    root: etree._Element = field(default_factory=lambda: parse_xml(f"<w:footnotes {nsdecls('w', 'r')}/>"))

    def close(self) -> None:
        """Store what was written into the part."""
        self.part._blob = etree.tostring(self.root, xml_declaration=True, encoding="UTF-8", standalone=True)


def element(tag: str, **attributes: str) -> etree._Element:
    """Return a `w:` element with `w:` attributes."""
    made = OxmlElement(f"w:{tag}")
    for name, value in attributes.items():
        made.set(qn(f"w:{name}"), value)
    return made


def run_element(text: str, look: Look, style: str = "") -> etree._Element:
    """Return one run of text."""
    run, properties = element("r"), element("rPr")
    if style or look.href:
        properties.append(element("rStyle", val=style or "Hyperlink"))
    if look.bold:
        properties.append(element("b"))
    if look.italic:
        properties.append(element("i"))
    run.append(properties)
    words = element("t")
    words.text = text
    words.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
    run.append(words)
    return run


def add_text(parent: etree._Element, part: Part, text: str, look: Look) -> None:
    """Append text to a paragraph, inside a hyperlink when it is one; `part` holds the link's relationship."""
    run = run_element(text, look)
    if not look.href:
        parent.append(run)
        return
    link = element("hyperlink")
    link.set(qn("r:id"), part.relate_to(look.href, RELATIONSHIP_TYPE.HYPERLINK, is_external=True))
    link.append(run)
    parent.append(link)


def add_inline(parent: etree._Element, part: Part, nodes: list[SyntaxTreeNode], look: Look) -> None:
    """Append Markdown's inline nodes to a paragraph."""
    for node in nodes:
        if node.type == "text" and not node.content:
            continue  # markdown-it leaves one where a paragraph begins with bold text
        if node.type in ("text", "softbreak"):
            add_text(parent, part, node.content or " ", look)
        elif node.type in ("strong", "em", "link"):
            add_inline(parent, part, node.children, inside(node, look))
        elif node.type == "footnote_ref":
            run = element("r")
            run.append(parse_xml(f'<w:rPr {nsdecls("w")}><w:rStyle w:val="FootnoteReference"/></w:rPr>'))
            run.append(element("footnoteReference", id=str(node.meta["id"] + 1)))
            parent.append(run)
        elif node.type != "footnote_anchor":
            raise ValueError(f"no Word form for {node.type}")


def inside(node: SyntaxTreeNode, look: Look) -> Look:
    """Return how text looks inside a bold, slanted or linked stretch."""
    if node.type == "link":
        return replace(look, href=str(node.attrs["href"]))
    return replace(look, bold=look.bold or node.type == "strong", italic=look.italic or node.type == "em")


def inline_of(node: SyntaxTreeNode) -> list[SyntaxTreeNode]:
    """Return the inline nodes of a paragraph, heading or cell."""
    return [leaf for child in node.children if child.type == "inline" for leaf in child.children]


def add_paragraph(document: DocumentType, nodes: list[SyntaxTreeNode], style: str) -> Paragraph:
    """Append a paragraph in a style."""
    paragraph = document.add_paragraph(style=style)
    add_inline(paragraph._p, document.part, nodes, Look())
    return paragraph


def define_list(document: DocumentType, kind: str) -> str:
    """Add a multi-level list of one kind, starting at 1, and return its number."""
    numbering = document.part.numbering_part.element
    abstracts = numbering.findall(qn("w:abstractNum"))
    number = str(1 + max(int(item.get(qn("w:abstractNumId"))) for item in abstracts))
    abstract = element("abstractNum", abstractNumId=number)
    abstract.append(element("multiLevelType", val="multilevel"))
    fmt, mark = LIST_KINDS[kind]
    for level in range(4):
        entry = element("lvl", ilvl=str(level))
        entry.append(element("start", val="1"))
        entry.append(element("numFmt", val=fmt))
        entry.append(element("lvlText", val=mark.replace("{level}", str(level + 1))))
        entry.append(element("lvlJc", val="left"))
        properties = element("pPr")
        properties.append(element("ind", left=str(360 * (level + 1)), hanging="360"))
        entry.append(properties)
        abstract.append(entry)
    abstracts[-1].addnext(abstract)
    return str(numbering.add_num(int(number)).numId)


def add_list(document: DocumentType, node: SyntaxTreeNode, level: int = 0) -> None:
    """Append a list with the lists inside its items, one Word level for each."""
    number = define_list(document, node.type)
    for item in node.children:
        for child in item.children:
            if child.type in LIST_KINDS:
                add_list(document, child, level + 1)
                continue
            paragraph = add_paragraph(document, inline_of(child), "List Paragraph")
            properties = paragraph._p.get_or_add_pPr().get_or_add_numPr()
            properties.get_or_add_ilvl().val = level
            properties.get_or_add_numId().val = int(number)


def add_quote(document: DocumentType, node: SyntaxTreeNode) -> None:
    """Append a quotation, or a callout when its first line is a mark such as [!NOTE]."""
    for position, child in enumerate(node.children):
        nodes = inline_of(child)
        mark = re.fullmatch(r"\[!([A-Z]+)\]", nodes[0].content) if position == 0 else None
        if position == 0:
            style = CALLOUTS[mark[1]] if mark else "Quote"
        add_paragraph(document, nodes[2:] if mark else nodes, style)


def add_table(document: DocumentType, node: SyntaxTreeNode) -> None:
    """Append a table whose first row repeats as its header."""
    rows = [row.children for part in node.children for row in part.children]
    table = document.add_table(rows=len(rows), cols=len(rows[0]), style="Table Grid")
    for position, cells in enumerate(rows):
        for cell, source in zip(table.rows[position].cells, cells, strict=True):
            add_inline(cell.paragraphs[0]._p, document.part, inline_of(source), Look(bold=position == 0))
    table.rows[0]._tr.get_or_add_trPr().append(element("tblHeader"))
    document.add_paragraph()


def add_footnotes(footnotes: Footnotes, block: SyntaxTreeNode) -> None:
    """Write each footnote, behind the two separators that Word expects first."""
    for number, kind in (("-1", "separator"), ("0", "continuationSeparator")):
        rule = f"<w:p><w:r><w:{kind}/></w:r></w:p>"
        opening = f'<w:footnote {nsdecls("w")} w:type="{kind}" w:id="{number}">'
        footnotes.root.append(parse_xml(f"{opening}{rule}</w:footnote>"))
    for number, node in enumerate(block.children, start=1):
        note, paragraph = element("footnote", id=str(number)), element("p")
        properties = element("pPr")
        properties.append(element("pStyle", val="FootnoteText"))
        paragraph.append(properties)
        run = parse_xml(
            f'<w:r {nsdecls("w")}><w:rPr><w:rStyle w:val="FootnoteReference"/></w:rPr><w:footnoteRef/></w:r>'
        )
        paragraph.append(run)
        add_text(paragraph, footnotes.part, " ", Look())
        for child in node.children:
            add_inline(paragraph, footnotes.part, inline_of(child), Look())
        note.append(paragraph)
        footnotes.root.append(note)


def new_footnotes(document: DocumentType) -> Footnotes:
    """Give the document a footnotes part, which python-docx does not know how to make."""
    package = document.part.package
    part = Part(PackURI("/word/footnotes.xml"), CONTENT_TYPE.WML_FOOTNOTES, b"", package)
    document.part.relate_to(part, RELATIONSHIP_TYPE.FOOTNOTES)
    return Footnotes(part)


def add_styles(document: DocumentType) -> None:
    """Add the styles that Word's blank document lacks: links, footnotes and our callouts."""
    styles = document.styles
    link = styles.add_style("Hyperlink", WD_STYLE_TYPE.CHARACTER, builtin=True)
    link.font.underline, link.font.color.rgb = True, RGBColor(0x7A, 0x17, 0x50)
    styles.add_style("footnote reference", WD_STYLE_TYPE.CHARACTER, builtin=True).font.superscript = True
    styles["footnote reference"].element.set(qn("w:styleId"), "FootnoteReference")
    styles.add_style("footnote text", WD_STYLE_TYPE.PARAGRAPH, builtin=True).font.size = Pt(9)
    styles["footnote text"].element.set(qn("w:styleId"), "FootnoteText")
    for name, (ground, edge) in TINTS.items():
        style = styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        style.base_style = styles["Normal"]
        properties = style.element.get_or_add_pPr()
        line = f'<w:left w:val="single" w:sz="24" w:space="8" w:color="{edge}"/>'
        properties.append(parse_xml(f"<w:pBdr {nsdecls('w')}>{line}</w:pBdr>"))
        properties.append(element("shd", val="clear", color="auto", fill=ground))


def bend(points: list[tuple[float, float]], steps: int = 400) -> list[tuple[float, float]]:
    """Return points along a cubic Bézier curve given by its four control points."""
    (ax, ay), (bx, by), (cx, cy), (dx, dy) = points
    curve = []
    for step in range(steps + 1):
        t = step / steps
        w = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t**2 * (1 - t), t**3)
        curve.append(
            (
                w[0] * ax + w[1] * bx + w[2] * cx + w[3] * dx,
                w[0] * ay + w[1] * by + w[2] * cy + w[3] * dy,
            )
        )
    return curve


def draw_roads() -> bytes:
    """Draw the figure, many roads and one opening, in the light theme's colors; return a PNG."""
    scale = 3
    picture = Image.new("RGB", (1280 * scale, 560 * scale), "#f4ecea")
    pen = ImageDraw.Draw(picture)

    def stroke(points: list[tuple[float, float]], color: str, width: int) -> None:
        half = width * scale / 2
        for x, y in points:
            pen.ellipse((x * scale - half, y * scale - half, x * scale + half, y * scale + half), fill=color)

    pen.ellipse(tuple(v * scale for v in (800, 120, 1080, 400)), fill="#fdf0d6")
    stroke(bend([(-20, 90), (240, 90), (300, 250), (560, 300)]), "#c8446a", 12)
    stroke(bend([(-20, 300), (120, 300), (200, 180), (300, 230)]), "#17604e", 12)
    stroke(bend([(300, 230), (400, 280), (330, 350), (560, 300)]), "#17604e", 12)
    stroke(bend([(-20, 500), (220, 520), (380, 380), (560, 300)]), "#8d7382", 12)
    stroke(bend([(-20, 420), (300, 440), (360, 330), (560, 300)]), "#f0a11e", 22)
    stroke(bend([(560, 300), (760, 270), (860, 330), (960, 230)]), "#f0a11e", 22)
    stroke(bend([(960, 230), (1030, 150), (1100, 60), (1300, 40)]), "#f0a11e", 22)
    # The ring stays open at the upper right, where the road leaves.
    pen.arc(
        tuple(v * scale for v in (800, 120, 1080, 400)), start=-18, end=290, fill="#7a1750", width=20 * scale
    )
    small = picture.resize((1280, 560), Image.Resampling.LANCZOS)
    buffer = io.BytesIO()
    small.save(buffer, format="PNG", optimize=True)
    return buffer.getvalue()


def add_figure(document: DocumentType) -> None:
    """Append the figure with its alternative text and caption."""
    paragraph = document.add_paragraph()
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    shape = paragraph.add_run().add_picture(io.BytesIO(draw_roads()), width=Inches(6))
    shape._inline.docPr.set("descr", ALT)
    shape._inline.docPr.set("name", "Many roads")
    document.add_paragraph(FIGURE_CAPTION, style="Caption")


def add_block(document: DocumentType, node: SyntaxTreeNode) -> None:
    """Append one block of the article."""
    if node.type == "heading":
        # The article's h2 is Word's Heading 1: the page's own h1 is the Title.
        add_paragraph(document, inline_of(node), f"Heading {int(node.tag[1]) - 1}")
    elif node.type == "paragraph":
        nodes = inline_of(node)
        caption = nodes[0].content.startswith("Table: ")
        add_paragraph(document, nodes, "Caption" if caption else "Normal")
    elif node.type in LIST_KINDS:
        add_list(document, node)
    elif node.type == "blockquote":
        add_quote(document, node)
    elif node.type == "table":
        add_table(document, node)
    elif node.type not in ("front_matter", "footnote_block"):
        raise ValueError(f"no Word form for {node.type}")


def read_meta(text: str) -> dict[str, str]:
    """Return the front matter, one `name: value` a line."""
    return dict(line.split(": ", 1) for line in text.strip().splitlines())


def build(source: str) -> DocumentType:
    """Return the Word document of a Markdown article; raises ValueError for Markdown it has no form for."""
    parser = MarkdownIt().enable("table").use(footnote_plugin).use(front_matter_plugin)
    tree = SyntaxTreeNode(parser.parse(source))
    document = Document()
    add_styles(document)
    meta = read_meta(next(node.content for node in tree.children if node.type == "front_matter"))
    properties = document.core_properties
    properties.title, properties.comments, properties.author = (
        meta["title"],
        meta["summary"],
        "Project BreakThru",
    )
    properties.created = properties.modified = BUILT_AT.replace(tzinfo=None)
    document.add_paragraph(meta["title"], style="Title")
    headings = 0
    for node in tree.children:
        headings += node.type == "heading"
        if node.type == "heading" and headings == 2:
            add_figure(document)
        add_block(document, node)
    footnotes = new_footnotes(document)
    for node in tree.children:
        if node.type == "footnote_block":
            add_footnotes(footnotes, node)
    footnotes.close()
    return document


def packed(document: DocumentType) -> bytes:
    """Return the file's bytes with one fixed date on every entry of the archive."""
    raw, settled = io.BytesIO(), io.BytesIO()
    document.save(raw)
    with zipfile.ZipFile(raw) as before, zipfile.ZipFile(settled, "w", zipfile.ZIP_DEFLATED) as after:
        for name in before.namelist():
            entry = zipfile.ZipInfo(name, date_time=BUILT_AT.timetuple()[:6])
            entry.compress_type = zipfile.ZIP_DEFLATED
            after.writestr(entry, before.read(name))
    return settled.getvalue()


def main() -> None:
    """Build the document beside its Markdown."""
    target = ARTICLES / f"{SLUG}.docx"
    target.write_bytes(packed(build((ARTICLES / f"{SLUG}.md").read_text(encoding="utf-8"))))
    sys.stdout.write(f"Wrote {target}\n")


if __name__ == "__main__":
    main()
