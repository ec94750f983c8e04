"""Runs of words that the site must not share with the documents it grew out of.

`python -m tests.site.overlap FOLDER` reads those documents and writes the hashes of their runs to `runs.txt`;
the documents themselves are not part of the project. A run is 8 words, or 16 Han characters, without
punctuation and capitals.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from hashlib import blake2b
from pathlib import Path

RUNS = Path(__file__).with_name("runs.txt")
ALLOWED = Path(__file__).with_name("allowed_phrases.txt")  # names and quotations, one to a line
WORDS, CHARACTERS = 8, 16
WORD = re.compile(r"[^\W_一-鿿]+")
HAN = re.compile(r"[一-鿿]")
ADDRESS = re.compile(r"https?://\S+")


def runs(text: str) -> Iterator[str]:
    """Every run in a text, in reading order."""
    text = ADDRESS.sub(" ", text).casefold()
    for units, length, joint in ((WORD.findall(text), WORDS, " "), (HAN.findall(text), CHARACTERS, "")):
        for start in range(len(units) - length + 1):
            yield joint.join(units[start : start + length])


def hashed(run: str) -> str:
    return blake2b(run.encode(), digest_size=5).hexdigest()


def allowed() -> list[str]:
    lines = ALLOWED.read_text(encoding="utf-8").splitlines()
    return [line.casefold() for line in lines if line.strip() and not line.startswith("#")]


def shared(text: str, known: frozenset[str]) -> list[str]:
    """The runs of a text whose hashes are known, allowed phrases aside."""
    text = ADDRESS.sub(" ", text).casefold()
    for phrase in allowed():
        text = text.replace(phrase, " ¤ ")
    return [run for run in runs(text) if hashed(run) in known]


def known_runs() -> frozenset[str]:
    return frozenset(RUNS.read_text(encoding="ascii").split())


def main(folder: Path) -> None:
    texts = [path.read_text(encoding="utf-8") for path in sorted(folder.rglob("[0-9]*"))]
    hashes = {hashed(run) for text in texts for run in runs(text)}
    RUNS.write_text("\n".join(sorted(hashes)) + "\n", encoding="ascii")
    print(f"{len(hashes)} runs of {len(texts)} documents")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
