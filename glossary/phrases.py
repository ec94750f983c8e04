"""Definitions and summaries away from their own pages: as HTML without links, and as plain text.

    phrases = Phrases(termbase)
    phrases.html("a *random* vector, see [[noise]]", "en")  # Markup("a <em>random</em> vector, see noise")
    phrases.text("a *random* vector, see [[noise]]", "en")  # "a random vector, see noise"

They are Markdown within a line (`SafeMarkdown(inline=True)`), and whatever shows them out of their place
(hover cards, indexes, data for machines, formats that know no Markdown) takes them from here. On a concept's
own page, where their terms are linked, they come from `prose`.
"""

from __future__ import annotations

import re
from html import escape, unescape

from markupsafe import Markup

from .formulas import LATEX, PLAIN
from .links import Linker
from .markdown import Page, TermLinks
from .model import Termbase
from .prose import SPACES, SafeMarkdown

_MARKUP = re.compile(r"[*_`\[\]<>&\\$!:@]")  # without any of these there is nothing to convert
_LINK = re.compile(r"</?a\b[^>]*>")
_TAG = re.compile(r"<[^>]*>")  # Markdown escapes the sign in an attribute
_MATH = re.compile(r"<math\b.*?</math>", re.DOTALL)


class Phrases:
    """The definitions and summaries of one termbase; `[[id]]` in them shows the concept's name."""

    def __init__(self, termbase: Termbase) -> None:
        self.termbase = termbase
        self._links = TermLinks()
        self._markdown = SafeMarkdown([self._links], inline=True)
        self._pages: dict[str, Page] = {}

    def html(self, text: str, lang: str) -> Markup:
        """The text as safe HTML in one line."""
        if not _MARKUP.search(text):
            return Markup(escape(SPACES.sub(" ", text.strip()), quote=False))
        if lang not in self._pages:
            self._pages[lang] = Page(Linker(self.termbase, lang), str, by_hand_only=True)
        self._links.page = self._pages[lang]
        return Markup(_LINK.sub("", self._markdown.render(text)))

    def text(self, text: str, lang: str) -> str:
        """The text as any program shows it, formulas in a line of signs."""
        return plain(self.html(text, lang))


def plain(html: Markup) -> str:
    """Inline HTML, as it comes from here, as plain text."""
    in_signs = _MATH.sub(lambda found: _annotation(found[0], PLAIN), html)
    return unescape(_TAG.sub("", in_signs)).strip()


def with_latex(html: Markup, opening: str, closing: str) -> str:
    r"""The HTML with LaTeX between two signs, such as \( and \), in place of MathML."""
    return _MATH.sub(lambda found: f"{opening}{_annotation(found[0], LATEX)}{closing}", html)


def _annotation(math: str, encoding: str) -> str:
    """What a formula says of itself in a notation, escaped as HTML."""
    found = re.search(rf'<annotation\b[^>]*encoding="{encoding}"[^>]*>([^<]*)', math)
    return escape(unescape(found[1]), quote=False) if found else ""
