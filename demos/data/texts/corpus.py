"""The corpora: documents in a language, for training, validation and test.

    corpus("nb", "train")     documents, each a text of one or more lines
    text("nb", "train")       all of them, an empty line between two

What is split is content: each document belongs to one split, and of the documents by grammar no two splits
share a held-out combination of words, such as a person and a town. Prose by hand is split document by
document. All of it is the same on every machine. Since the grammar takes a second or two, what it wrote is
kept in `.cache/texts`, keyed by all that it depends on; deleting it costs only that time.
"""

from __future__ import annotations

import hashlib
import json
import os
from contextlib import suppress
from functools import cache
from pathlib import Path

from demos.data.texts.agreement import AGREEMENTS
from demos.data.texts.grammar import HERE, SPLITS, Document, documents
from glossary import files

CACHE = Path(os.environ.get("ORDLAB_CACHE", Path(__file__).parents[3] / ".cache"))
LANGUAGES = tuple(AGREEMENTS)
BYTES = {"train": 400_000, "validation": 45_000, "test": 45_000}  # of each split at least, in UTF-8
PROSE = {4: "validation", 9: "test"}  # by the last digit of a document's place in its file


@cache
def corpus(language: str, split: str) -> tuple[str, ...]:
    """The documents of a split, those by hand and by grammar mixed.

    Raises KeyError for a language without texts, ValueError for an unknown split.
    """
    if split not in SPLITS:
        raise ValueError(f"{split!r} is not one of {', '.join(SPLITS)}")
    texts = [*prose(language, split), *(document.text for document in generated(language, split))]
    return tuple(sorted(texts, key=lambda text: hashlib.sha256(text.encode()).digest()))


def text(language: str, split: str) -> str:
    """A split as one text, an empty line between documents and a line break at the end."""
    return "\n\n".join(corpus(language, split)) + "\n"


@cache
def prose(language: str, split: str) -> tuple[str, ...]:
    """The documents of a split that were written by hand. Raises KeyError for a language without any."""
    folder = HERE / "prose" / language
    if not folder.is_dir():
        raise KeyError(f"no texts in {language!r}; there are {', '.join(LANGUAGES)}")
    return tuple(
        document
        for path in sorted(folder.glob("*.txt"))
        for i, document in enumerate(path.read_text(encoding="utf-8").strip().split("\n\n"))
        if PROSE.get(i % 10, "train") == split
    )


@cache
def generated(language: str, split: str) -> tuple[Document, ...]:
    """The documents by grammar that fill a split up, read from the cache if they are there."""
    path = CACHE / "texts" / f"{language}-{split}-{fingerprint()}.json"
    if path.exists():
        return tuple(Document(**row) for row in json.loads(path.read_text(encoding="utf-8")))
    written = write(language, split)
    rows = [{"text": one.text, "kind": one.kind, "words": dict(one.words)} for one in written]
    with suppress(OSError):  # where nothing can be kept, it is written anew each time
        files.write(path, json.dumps(rows, ensure_ascii=False).encode())
    return written


def write(language: str, split: str) -> tuple[Document, ...]:
    """As many documents by grammar as a split lacks, no two the same."""
    lacking = BYTES[split] - sum(len(document.encode()) for document in prose(language, split))
    written: dict[str, Document] = {}
    for document in documents(language, split):
        written[document.text] = document
        lacking -= len(document.text.encode())
        if lacking <= 0:
            return tuple(written.values())
    raise AssertionError("there is no end of documents")


@cache
def fingerprint() -> str:
    """Of everything that decides what is written."""
    sources = [HERE / f"{name}.py" for name in ("agreement", "corpus", "grammar")]
    sources += sorted([*HERE.glob("*.yml"), *HERE.glob("prose/*/*.txt")])
    return hashlib.sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()[:16]
