"""Findings fixed in place, where the outcome is certain to be the one announced.

A change is kept only if the file, read again, says what it said before with the better words in it and is
otherwise the same: prose is compared with prose, and YAML with YAML. So nothing is fixed in code, in an
address or in another key, and what cannot be fixed safely stays a finding.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

from .. import edits, files
from .rule import Change, Finding
from .texts import Text, YamlText, yaml_span

_MAX_ROUNDS = 20


def fix(find: Callable[[], Iterable[Finding]]) -> int:
    """Fix what can be fixed until `find` finds nothing more of it; how many findings that were.

    A round writes every file or none; raises OSError when one of them cannot be written.
    """
    fixed = 0
    for _ in range(_MAX_ROUNDS):
        by_file: dict[Path, list[Finding]] = defaultdict(list)
        for finding in find():
            if finding.text and finding.changes:
                by_file[finding.text.path].append(finding)
        new = {path: better for path, found in by_file.items() if (better := _fixed(path, found))}
        if not new:
            break
        files.write_all({path: text for path, (text, _) in new.items()})
        fixed += sum(count for _, count in new.values())
    return fixed


def _fixed(path: Path, findings: Sequence[Finding]) -> tuple[str, int] | None:
    """The file's text with as many findings fixed as can be at once, and how many they are."""
    before, text, kept = edits.read(path), "", list[Finding]()
    able = [finding for finding in findings if finding.edits()]
    if able and (changed := _apply(path, before, able)) is not None:
        return changed, len(able)
    for finding in able:
        changed = _apply(path, before, [*kept, finding])
        if changed is not None:
            text, kept = changed, [*kept, finding]
    return (text, len(kept)) if kept else None


def _apply(path: Path, before: str, findings: Sequence[Finding]) -> str | None:
    """The file's text with these findings fixed; None when that is impossible or would change more."""
    made = [finding.edits() for finding in findings]
    changes: dict[Text, list[Change]] = defaultdict(list)
    for finding in findings:
        if finding.text:
            changes[finding.text] += finding.changes
    if not all(made) or not all(map(_are_disjoint, changes.values())):
        return None
    markdown = {text: _changed_markdown(text, listed) for text, listed in changes.items()}
    if not all(_reads_as_expected(text, new, changes[text]) for text, new in markdown.items()):
        return None
    after = edits.apply(before, [edit for listed in made for edit in listed])
    in_yaml = {text: new for text, new in markdown.items() if isinstance(text, YamlText)}
    return after if not in_yaml or _holds_as_expected(path, before, after, in_yaml) else None


def _are_disjoint(changes: Sequence[Change]) -> bool:
    ordered = sorted(changes)
    return all(one.end <= other.start for one, other in pairwise(ordered))


def _changed_markdown(text: Text, changes: Sequence[Change]) -> str:
    """The Markdown with the changes in it."""
    new = text.markdown
    for change in sorted(changes, reverse=True):
        if span := text.in_markdown(change.start, change.end):
            new = new[: span[0]] + change.text + new[span[1] :]
    return new


def _reads_as_expected(text: Text, markdown: str, changes: Sequence[Change]) -> bool:
    """Whether a reader of the new Markdown sees the old prose with the changes, and nothing else."""
    expected = text.prose
    for change in sorted(changes, reverse=True):
        expected = expected[: change.start] + change.text + expected[change.end :]
    return text.parse(markdown).prose == expected


def _holds_as_expected(path: Path, before: str, after: str, texts: dict[YamlText, str]) -> bool:
    """Whether the new YAML says the same as the old, with the new texts in it."""
    expected = _data(path, before)
    if expected is None:  # tags and anchors, which the host allows, do more than can be compared
        return False
    for text, markdown in texts.items():
        holder = expected
        for key in text.keys[:-1]:
            holder = holder[key]
        holder[text.keys[-1]] = markdown
    return bool(_data(path, after) == expected)


def _data(path: Path, text: str) -> Any:
    start, end = yaml_span(path, text)
    return edits.data(path, text[start:end])
