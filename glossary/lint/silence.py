"""T4xx: silences, written where the finding is, with the reason.

Markdown: `<!-- ordlab-ignore T201: quotes an old text -->` at the end of a line silences that line; on a line
of its own, the block after it. YAML, also above a page: `# ordlab-ignore T201: …` likewise, with all that is
indented under the line. In the first line of either it also silences what is found on line 1: what is said of
the page as a whole. A silence that silences nothing is reported, so that none outlives its reason. Errors are
not silenced: the site cannot be built with them.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from yaml.nodes import MappingNode, Node, ScalarNode

from ..edits import read
from ..markdown_code import without_code
from ..model import Problem
from ..yamlfile import did_you_mean, shown
from .reference import CODES as KNOWN
from .rule import RULES, Facts, Finding
from .texts import yaml_root, yaml_span

CODES = ("T401", "T402")

_CODES = r"(?P<codes>[A-Z]\d{3}(?:[,\s]+[A-Z]\d{3})*)(?:\s*:\s*(?P<reason>.*?))?"
_IN_MARKDOWN = re.compile(rf"<!--\s*ordlab-ignore\s+{_CODES}\s*-->")
_IN_YAML = re.compile(rf"(?:^|(?<=\s))#\s*ordlab-ignore\s+{_CODES}\s*$")


@dataclass(eq=False)
class Silence:
    """One comment: what it silences, and on which lines of its file."""

    path: Path
    line: int
    codes: tuple[str, ...]
    first: int
    last: int
    lang: str = ""
    used: set[str] = field(default_factory=set)

    def covers(self, problem: Problem) -> bool:
        """Whether it silences the problem; it remembers that it did."""
        is_covered = (
            problem.severity != "error"
            and problem.code in self.codes
            and self.first <= problem.line <= self.last
        )
        if is_covered:
            self.used.add(problem.code)
        return is_covered


def apply(facts: Facts, findings: Sequence[Finding], codes: Collection[str]) -> Iterator[Finding]:
    """The findings that are not silenced, and those about the silences themselves.

    `codes` are the rules that have run: only their silences can be known to be idle.
    """
    paths = dict.fromkeys(text.path for text in facts.texts)
    silences = {shown(path): list(_silences(path)) for path in paths}
    for finding in findings:
        here = silences.get(finding.problem.file, ())
        if not [silence for silence in here if silence.covers(finding.problem)]:
            yield finding
    for silence in (silence for listed in silences.values() for silence in listed):
        yield from (finding for finding in _about(silence, codes) if finding.problem.code in codes)


def _about(silence: Silence, codes: Collection[str]) -> Iterator[Finding]:
    for code in silence.codes:
        if code not in KNOWN:
            message, fix = f"no rule has the code {code}", did_you_mean(code, list(KNOWN))
            yield Finding(_problem(silence, "T402", message, fix or "remove it"))
        elif code not in silence.used and (code in codes or code not in RULES):  # others have errors only
            message = f"{code} is silenced here, and there is nothing to silence"
            yield Finding(_problem(silence, "T401", message, "remove it"))


def _problem(silence: Silence, code: str, message: str, fix: str) -> Problem:
    return Problem(shown(silence.path), silence.line, code, message, fix, severity="warning")


def _silences(path: Path) -> Iterator[Silence]:
    text = read(path)
    if "ordlab-ignore" in text:
        start, end = yaml_span(path, text)
        yield from _in_yaml(path, text[start:end], text.count("\n", 0, start))
        if path.suffix == ".md":
            yield from _in_markdown(path, text, text.count("\n", 0, end))


def _in_markdown(path: Path, text: str, head: int) -> Iterator[Silence]:
    """Silences of a page; the first lines, as many as `head`, are its front matter."""
    lines = text.splitlines()
    for index, line in enumerate([""] * head + without_code(lines[head:])):
        for found in _IN_MARKDOWN.finditer(line):
            first = last = index
            if line.strip() == found[0]:
                first = next((n for n in range(index + 1, len(lines)) if lines[n].strip()), index)
                last = next((n for n in range(first, len(lines)) if not lines[n].strip()), len(lines)) - 1
            yield Silence(path, index + 1, _listed(found), first + 1 if index else 1, last + 1)


def _in_yaml(path: Path, text: str, above: int) -> Iterator[Silence]:
    """Silences of a YAML text, above which the file has some lines more."""
    lines = text.splitlines()
    root = yaml_root(path, text)
    inside = {line for first, last in _spans(root) for line in range(first, last + 1)} if root else set()
    for index, line in enumerate(lines):
        found = _IN_YAML.search(line)
        if found and index not in inside:
            is_alone = line.strip() == found[0].strip()
            first = (
                next((n for n in range(index + 1, len(lines)) if lines[n].strip()), index)
                if is_alone
                else index
            )
            begin, last = above + first + 1, above + _last_under(lines, first) + 1
            yield Silence(path, above + index + 1, _listed(found), begin if index else 1, last)


def _spans(node: Node) -> Iterator[tuple[int, int]]:
    """Lines that lie within a text, where `#` begins no comment."""
    if isinstance(node, MappingNode):
        for _, value in node.value:
            yield from _spans(value)
    elif not isinstance(node, ScalarNode):
        for item in node.value:
            yield from _spans(item)
    elif node.style in ("|", ">"):
        yield node.start_mark.line + 1, node.end_mark.line - 1
    elif node.end_mark.line > node.start_mark.line:
        yield node.start_mark.line, node.end_mark.line - 1


def _last_under(lines: Sequence[str], first: int) -> int:
    """The last line of what is indented under a line."""
    indent = len(lines[first]) - len(lines[first].lstrip(" "))
    last = first
    for index in range(first + 1, len(lines)):
        if lines[index].strip():
            if len(lines[index]) - len(lines[index].lstrip(" ")) <= indent:
                break
            last = index
    return last


def _listed(found: re.Match[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(re.split(r"[,\s]+", found["codes"])))
