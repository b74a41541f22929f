"""Import of a long Word document with nested lists: python -m benchmarks.import_docx [WORDS]

Builds a document of about 5,000 words (headings, lists five levels deep, tables between their items),
imports it five times and prints the seconds beside figures that are the same on every machine: what was
kept, and the function calls a word costs, for this document and for one twice as long. Ends with status 1
when outline or nesting differ from the document's, or when the median takes three seconds or more.
"""

import sys
import time
from cProfile import Profile
from dataclasses import dataclass
from pstats import Stats
from statistics import median

import docx

from breakthru.lib.documents import Imported, import_document
from breakthru.lib.richtext.tree import read
from tests.lib.word_files import add_item, add_numbering, as_bytes

LIMIT = 3.0
ROUNDS = 5
WORDS_OF_A_PART = 250
FORMATS = ["decimal", "bullet", "lowerLetter", "bullet", "lowerRoman"]
DEPTHS = [0, 1, 2, 3, 4, 3, 1, 0, 1, 0]
SENTENCE = "One more sentence with ten words to be read here."


@dataclass(frozen=True)
class Sample:
    """A Word document and what its import has to find: headings as (level, words), and the depth of items."""

    data: bytes
    headings: list[tuple[int, str]]
    depths: list[int]


def build(words: int) -> Sample:
    """Write a document of about `words` words."""
    document = docx.Document()
    document.add_heading("A long document", 0)
    add_numbering(document, 90, FORMATS, {90: False})
    headings, depths = [], []
    for part in range(max(1, words // WORDS_OF_A_PART)):
        level = 2 if part % 3 == 0 else 3
        document.add_heading(f"Part {part}", level - 1)
        headings.append((level, f"Part {part}"))
        for _ in range(5):
            document.add_paragraph(" ".join([SENTENCE] * 3))
        for number, depth in enumerate(DEPTHS):
            add_item(document, f"item {part} {number} with a few more words of its own", 90, depth)
            depths.append(depth + 1)
            if number == 1:
                document.add_table(2, 2).cell(0, 0).text = "A cell"
    return Sample(as_bytes(document), headings, depths)


def is_whole(sample: Sample, imported: Imported) -> bool:
    """Say whether outline and nesting are the document's, and nothing was left out."""
    items = read(imported.cleaned.html).iter("li")
    depths = [sum(1 for _ in item.iterancestors("ol", "ul")) for item in items]
    headings = [(heading.level, heading.text) for heading in imported.cleaned.outline]
    return (headings, depths, imported.report) == (sample.headings, sample.depths, ())


def seconds(sample: Sample) -> float:
    """Return the median of a few imports."""
    times = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        import_document("long.docx", sample.data)
        times.append(time.perf_counter() - started)
    return median(times)


def calls(sample: Sample) -> int:
    """Return how many function calls one import makes."""
    with Profile() as profile:
        import_document("long.docx", sample.data)
    return int(Stats(profile).total_calls)  # type: ignore[attr-defined]  # the stubs leave it out


def main() -> None:
    """Build, import, measure and judge."""
    words = int(sys.argv[1]) if len(sys.argv) > 1 else 5_000
    sample, twice = build(words), build(2 * words)
    imported = import_document("long.docx", sample.data)
    double = import_document("long.docx", twice.data)
    whole = is_whole(sample, imported) and is_whole(twice, double)
    took, cost, cost_twice = seconds(sample), calls(sample), calls(twice)
    length = imported.cleaned.word_count
    print(f"{length:9,}  words in {len(sample.headings)} sections, {len(sample.data):,} bytes")
    print(f"{len(sample.depths):9,}  list items, up to {max(sample.depths)} levels deep")
    print(f"{'yes' if whole else 'NO':>9}  outline and nesting are the document's, nothing left out")
    print(f"{cost / length:9,.0f}  function calls a word")
    print(
        f"{cost_twice / double.cleaned.word_count:9,.0f}  function calls a word of a document twice as long"
    )
    print(f"{took:9.2f}  seconds, median of {ROUNDS} (limit {LIMIT:g})")
    sys.exit(0 if whole and took < LIMIT else 1)


if __name__ == "__main__":
    main()
