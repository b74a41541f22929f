"""One door for documents: what they are is told by their content, and their name must agree."""

import codecs
from pathlib import PurePath

from breakthru.lib.documents.docx import read_docx
from breakthru.lib.documents.draft import finish
from breakthru.lib.documents.html import read_html
from breakthru.lib.documents.markdown import read_markdown
from breakthru.lib.documents.report import Album, DocumentError, DropLog, Imported

MAX_BYTES = 20_000_000
# CommonMark parsers take quadratic time on some piles of brackets; this holds 80,000 words.
MAX_MARKDOWN_BYTES = 500_000
IMAGE_PREFIX = "/learn/images/"

_TEXT_READERS = {"md": read_markdown, "markdown": read_markdown, "html": read_html, "htm": read_html}
_WORD_HINT = "Please open it in Word and save it as a Word document (.docx)."
_SIGNATURES = (
    (b"%PDF", "This is a PDF, not a text that can be edited. Please import the document it was made from."),
    (b"{\\rtf", f"This is an RTF file. {_WORD_HINT}"),
)
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ZIP = b"PK\x03\x04"


def import_document(name: str, data: bytes, *, image_prefix: str = IMAGE_PREFIX) -> Imported:
    """Turn a Word (.docx), Markdown or HTML document into a clean draft.

    `name` is the sent file's name; `data` its content, at most MAX_BYTES. Pictures are re-encoded and
    returned apart; the text shows them at `image_prefix` plus their name. Nothing outside of `data` is
    read. Raises DocumentError with a sentence for the editor.
    """
    kind = PurePath(name).suffix.lower().removeprefix(".")
    if kind != "docx" and kind not in _TEXT_READERS:
        raise DocumentError("Only Word (.docx), Markdown (.md) and HTML (.html) documents can be imported.")
    if not data.strip():
        raise DocumentError("The document is empty.")
    if len(data) > MAX_BYTES:
        raise DocumentError(f"The document is larger than {MAX_BYTES // 1_000_000} MB.")
    _refuse_disguised(kind, data)
    log = DropLog()
    album = Album(log, image_prefix)
    if kind == "docx":
        return finish(read_docx(data, log, album), name)
    if kind in {"md", "markdown"} and len(data) > MAX_MARKDOWN_BYTES:
        raise DocumentError(f"The text is larger than {MAX_MARKDOWN_BYTES // 1_000} kB.")
    return finish(_TEXT_READERS[kind](_decode(data), log, album), name)


def _refuse_disguised(kind: str, data: bytes) -> None:
    for signature, sentence in _SIGNATURES:
        if data.startswith(signature):
            raise DocumentError(sentence)
    if data.startswith(_OLE):
        if "EncryptedPackage".encode("utf-16-le") in data:
            raise DocumentError("The document is protected by a password. Please save it without one.")
        raise DocumentError(f"This is a document of an old kind (.doc). {_WORD_HINT}")
    if kind == "docx" and not data.startswith(_ZIP):
        raise DocumentError("This is not a Word document, although its name ends in .docx.")
    if kind != "docx" and (data.startswith(_ZIP) or _is_binary(data)):
        raise DocumentError(f"This is not a text file, although its name ends in .{kind}.")


def _is_binary(data: bytes) -> bool:
    return b"\0" in data and not data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))


def _decode(data: bytes) -> str:
    """Read bytes as UTF-8 or, with a byte order mark, UTF-16; what is neither is Windows-1252."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16", "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")
