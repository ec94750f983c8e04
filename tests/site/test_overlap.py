"""No text of the site repeats the documents it grew out of."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.site import overlap

ROOT = Path(__file__).parents[2]
FOLDERS = {
    "docs": "*.md",
    "docs/quizzes": "*.yml",
    "docs/figures": "*.yml",
    "docs/paths": "*.yml",
    "glossary/terms": "*.yml",
    "demos": "demo.yml",
}
FILES = [path for folder, names in FOLDERS.items() for path in sorted((ROOT / folder).rglob(names))]


def test_runs_are_found_whatever_stands_between_the_words() -> None:
    text = "One two, three – four «five» six\nseven EIGHT nine"
    assert list(overlap.runs(text)) == [
        "one two three four five six seven eight",
        "two three four five six seven eight nine",
    ]
    assert list(overlap.runs("天地玄黄，宇宙洪荒。日月盈昃，AI 辰宿列张")) == [
        "天地玄黄宇宙洪荒日月盈昃辰宿列张"
    ]


def test_a_shared_run_is_told_and_an_allowed_one_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = frozenset(overlap.hashed(run) for run in overlap.runs("a b c d e f g h"))
    assert overlap.shared("so A, b c: d e f g h!", known) == ["a b c d e f g h"]
    monkeypatch.setattr(overlap, "ALLOWED", tmp_path / "allowed.txt")
    (tmp_path / "allowed.txt").write_text("# a name\nc: D\n")
    assert overlap.shared("so A, b c: d e f g h!", known) == []


def test_the_documents_are_known() -> None:
    assert len(overlap.known_runs()) > 1000
    assert len(FILES) > 100


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_nothing_is_repeated(path: Path) -> None:
    assert overlap.shared(path.read_text(encoding="utf-8"), overlap.known_runs()) == []
