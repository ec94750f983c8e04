"""Everything there is to find in a termbase and in the pages around it.

    problems = check(termbase)                       # the termbase and its texts
    problems = check(termbase, project=Path("."))    # and the site beside it

The rules are in `lint`, one function each.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from .lint import entries, gaps, languages, punctuation, silence, site_files, wording
from .lint.reference import CODES
from .lint.rule import RULES, Facts, Finding
from .model import Problem, Termbase
from .site_text import missing_words

__all__ = ["CODES", "REPORTED", "RULES", "check", "findings"]

_LISTED = (entries, gaps, wording, punctuation, languages)  # importing them lists their rules

REPORTED = tuple(dict.fromkeys((*RULES, *silence.CODES, *site_files.CODES)))
"""Every code that a finding may have."""


def check(termbase: Termbase, project: Path | None = None) -> list[Problem]:
    """Every finding, in the order of files and lines."""
    return sorted(finding.problem for finding in findings(termbase, project))


def unwritten(termbase: Termbase, codes: Collection[str] = gaps.CODES) -> list[Problem]:
    """What a termbase lacks still (`lint.gaps`), as errors, without what is silenced."""
    facts = Facts(termbase)
    found = [finding for code in codes if code in RULES for finding in RULES[code](facts)]
    found += map(Finding, missing_words(termbase))
    if not found:  # as in most builds; to look for silences means to read every file
        return []
    kept = list(silence.apply(facts, found, codes))
    return sorted(finding.problem for finding in gaps.as_errors(kept) if finding.problem.code in gaps.CODES)


def findings(
    termbase: Termbase, project: Path | None = None, codes: Collection[str] = (), *, strict: bool = False
) -> list[Finding]:
    """What there is to report under these codes (all, when none is given), without what is silenced.

    `strict` makes errors of what is missing still, whatever `mkdocs.yml` says of that.
    """
    codes = codes or REPORTED
    facts = Facts(termbase, project)
    found = [finding for code, rule in RULES.items() if code in codes for finding in rule(facts)]
    found += [Finding(problem) for problem in site_files.find(facts) if problem.code in codes]
    kept = list(silence.apply(facts, found, codes))
    if strict or (facts.project and facts.project.is_strict):
        kept = gaps.as_errors(kept)
    return sorted(kept, key=lambda finding: finding.problem)
