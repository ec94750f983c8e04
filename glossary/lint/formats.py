"""Findings for people, scripts, code scanners and CI runs."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from .. import edits
from ..model import Problem
from .reference import descriptions
from .rule import Finding

SARIF_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_MANY = 50  # a glossary that has just been imported has hundreds
KEYS = ("code", "severity", "file", "line", "column", "lang", "id", "key", "message", "fix")


def as_text(findings: Sequence[Finding]) -> str:
    """One line per problem, one that counts them, and where there are many, one that counts them by rule."""
    problems = [finding.problem for finding in findings]
    errors = sum(problem.severity == "error" for problem in problems)
    counted = [
        f"{count} {word}{'s' * (count != 1)}"
        for count, word in ((errors, "error"), (len(problems) - errors, "warning"))
        if count
    ]
    lines = [*map(str, problems), ", ".join(counted) or "Nothing to report."]
    if len(problems) > _MANY:
        by_rule = Counter(problem.code for problem in problems).most_common()
        listed = ", ".join(f"{count} × {code}" for code, count in by_rule)
        lines.append(
            f"{listed}. To see some of them only: --select {by_rule[-1][0]}, --ignore {by_rule[0][0]}"
        )
    return "\n".join(lines)


def as_json(findings: Sequence[Finding]) -> str:
    """A list of objects; their keys are a contract with other tools."""
    rows = [{key: getattr(finding.problem, key) for key in KEYS} for finding in findings]
    return json.dumps(rows, ensure_ascii=False, indent=2)


def as_github(findings: Sequence[Finding]) -> str:
    """Workflow commands, which GitHub shows as annotations beside the lines they are about."""
    return "\n".join(_annotation(finding.problem) for finding in findings)


def _annotation(problem: Problem) -> str:
    column = {"col": str(problem.column)} if problem.column else {}
    places = {"file": problem.file, "line": str(problem.line or 1), **column, "title": problem.code}
    listed = ",".join(f"{key}={_escaped(value, ':,')}" for key, value in places.items())
    message = problem.message + (f" → {problem.fix}" if problem.fix else "")
    return f"::{problem.severity} {listed}::{_escaped(message)}"


def _escaped(text: str, more: str = "") -> str:
    for sign in f"%\r\n{more}":  # the percent sign first, as it is what the others become
        text = text.replace(sign, f"%{ord(sign):02X}")
    return text


def as_sarif(findings: Sequence[Finding]) -> str:
    """A log of the Static Analysis Results Interchange Format (OASIS SARIF 2.1.0)."""
    codes = sorted({finding.problem.code for finding in findings})
    driver = {
        "name": "ordlab",
        "rules": [_rule(code) for code in codes],
    }
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {"ROOT": {"description": {"text": "The folder in which the check ran."}}},
        "results": [_result(finding, codes.index(finding.problem.code)) for finding in findings],
    }
    return json.dumps(
        {"$schema": SARIF_SCHEMA, "version": "2.1.0", "runs": [run]}, ensure_ascii=False, indent=2
    )


def _rule(code: str) -> dict[str, Any]:
    description = descriptions()[code]
    short, help = description.texts["en"], description.fixes["en"]
    return {"id": code, "shortDescription": {"text": short}, "help": {"text": help}}


def _result(finding: Finding, rule: int) -> dict[str, Any]:
    problem, changes = finding.problem, finding.edits()
    if finding.text and finding.span:
        region = _region(finding.text.path, *finding.span)
    else:
        region = {"startLine": problem.line}
    location: dict[str, Any] = {"artifactLocation": _artifact(problem.file)}
    if problem.line:
        location["region"] = region
    result = {
        "ruleId": problem.code,
        "ruleIndex": rule,
        "level": problem.severity,
        "message": {"text": problem.message + (f" → {problem.fix}" if problem.fix else "")},
        "locations": [{"physicalLocation": location}],
        "properties": {key: getattr(problem, key) for key in ("lang", "id", "key") if getattr(problem, key)},
    }
    if changes:
        replacements = [
            {
                "deletedRegion": _region(edit.path, edit.start, edit.end),
                "insertedContent": {"text": edit.text},
            }
            for edit in changes
        ]
        change = {"artifactLocation": _artifact(problem.file), "replacements": replacements}
        result["fixes"] = [{"description": {"text": problem.fix}, "artifactChanges": [change]}]
    return result


def _artifact(file: str) -> dict[str, str]:
    """A relative path below the folder of the run, or an absolute file."""
    path = Path(file)
    return {"uri": path.as_uri()} if path.is_absolute() else {"uri": quote(file), "uriBaseId": "ROOT"}


def _region(path: Path, start: int, end: int) -> dict[str, int]:
    """A span of a file; columns count characters, and begin with 1."""
    text = edits.read(path)
    return {
        "startLine": text.count("\n", 0, start) + 1,
        "startColumn": start - text.rfind("\n", 0, start),
        "endLine": text.count("\n", 0, end) + 1,
        "endColumn": end - text.rfind("\n", 0, end),
    }


FORMATS = {"text": as_text, "json": as_json, "sarif": as_sarif, "github": as_github}
