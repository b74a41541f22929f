"""Import of documents that people write elsewhere: Word, Markdown and HTML become clean drafts."""

from breakthru.lib.documents.importing import import_document
from breakthru.lib.documents.report import DocumentError, Dropped, Imported

__all__ = ["DocumentError", "Dropped", "Imported", "import_document"]
