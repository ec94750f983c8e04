"""Everything there is to find in a termbase and in the pages around it.

    problems = check(termbase)                       # the termbase and its texts
    problems = check(termbase, project=Path("."))    # and the site beside it

The rules are in `lint`, one function each.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from .lint import entries, languages, punctuation, silence, site_files, wording
from .lint.reference import CODES
from .lint.rule import RULES, Facts, Finding
from .model import Problem, Termbase

__all__ = ["CODES", "REPORTED", "RULES", "check", "findings"]

_LISTED = (entries, wording, punctuation, languages)  # importing them lists their rules

REPORTED = (*RULES, *silence.CODES, *site_files.CODES)
"""Every code that a finding may have."""


def check(termbase: Termbase, project: Path | None = None) -> list[Problem]:
    """Every finding, in the order of files and lines."""
    return sorted(finding.problem for finding in findings(termbase, project))


def findings(termbase: Termbase, project: Path | None = None, codes: Collection[str] = ()) -> list[Finding]:
    """What there is to report under these codes (all, when none is given), without what is silenced."""
    codes = codes or REPORTED
    facts = Facts(termbase, project)
    found = [finding for code, rule in RULES.items() if code in codes for finding in rule(facts)]
    found += [Finding(problem) for problem in site_files.find(facts) if problem.code in codes]
    return sorted(silence.apply(facts, found, codes), key=lambda finding: finding.problem)
