"""Code in Markdown, found without parsing it: signs that mean something elsewhere mean nothing there."""

from __future__ import annotations

import re

FENCE = re.compile(r"\s*(`{3,}|~{3,})")
CODE_SPAN = re.compile(r"(?<!`)(`+)(?!`).+?(?<!`)\1(?!`)")


def without_code(lines: list[str]) -> list[str]:
    """The lines with code left out, roughly: a fence is taken for one wherever it begins a line."""
    kept, fence = [], ""
    for line in lines:
        mark = FENCE.match(line)
        if mark and (not fence or mark[1].startswith(fence)):
            fence = "" if fence else mark[1]
        kept.append("" if fence or mark else CODE_SPAN.sub("", line))
    return kept
