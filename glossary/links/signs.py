"""Terms whose signs are part of their spelling, and no space between words: C++, C#, Node.js, i.e."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise

from ..inflection.grammar import Grammar, has_inner_capital
from .candidate import gap, is_before_part
from .text import APOSTROPHES, HYPHENS, NO_PROSE, Match

# A term is apart from letters, and from signs that would make another one of it: C++11, a.C#, x@C.
_BEGINS = rf"(?<![\w@#+/\\{HYPHENS}])(?<!\w\.)(?<!\w[{APOSTROPHES}])"
_ENDS = rf"(?![\w@#+\\]|\.\w|[{APOSTROPHES}](?!s\b)\w)"
_AFTER_HYPHEN = re.compile(rf"[{HYPHENS}]\w")


@dataclass
class SignIndex:
    """Terms that are found as they are written, in any case unless they have capitals inside."""

    grammar: Grammar
    _ids: dict[str, dict[str, bool]] = field(default_factory=dict)  # pattern → ids, each with `in_context`

    def add(self, text: str, words: list[re.Match[str]], id: str, *, in_context: bool) -> bool:
        """Take the term, given with its words, if it is one of these."""
        if not words:
            return False
        is_joined = any(gap(text[one.end() : other.start()]) is None for one, other in pairwise(words))
        around = text[: words[0].start()].strip() + text[words[-1].end() :].strip()
        if not is_joined and (sum(len(word[0]) for word in words) > 1 or not around):
            return False
        pattern = r"\s+".join(map(re.escape, text.split()))
        is_exact = len(words) == 1 or any(has_inner_capital(word[0]) for word in words)
        self._ids.setdefault(pattern if is_exact else f"(?i:{pattern})", {})[id] = in_context
        return True

    @cached_property
    def _patterns(self) -> tuple[str, ...]:
        """The longest first; no term comes after the first text has been read."""
        return tuple(sorted(self._ids, key=len, reverse=True))

    @cached_property
    def _any(self) -> re.Pattern[str]:
        return re.compile(f"{_BEGINS}(?:{'|'.join(f'({pattern})' for pattern in self._patterns)}){_ENDS}")

    def find(self, text: str) -> list[Match]:
        """These terms in a text, from left to right."""
        if not self._ids:
            return []
        found = []
        for match in self._any.finditer(text):
            start, end = match.span()
            if _AFTER_HYPHEN.match(text, end) and not (
                self.grammar.hyphens_join_parts and is_before_part(text, end)
            ):
                continue
            if not _is_in_address(text, start, end):
                ids = self._ids[self._patterns[(match.lastindex or 1) - 1]]
                linked = [id for id in ids if id]
                id = linked[0] if len(linked) == 1 else ""
                found.append(Match(start, end, id, ids.get(id, False)))
        return found


def _is_in_address(text: str, start: int, end: int) -> bool:
    """Whether the place is within a longer address, file name or identifier."""
    line = text.rfind("\n", 0, start) + 1
    stop = text.find("\n", end)
    spans = (found.span() for found in NO_PROSE.finditer(text, line, stop if stop >= 0 else len(text)))
    return any(a < end and start < b and (a < start or end < b) for a, b in spans)
