"""Links to terms in whatever is converted while MkDocs builds a site."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import markdown
from mkdocs.structure.files import File

from ..markdown import Page as TermPage
from ..markdown import TermLinks
from . import host


class PageLinks(TermLinks):
    """Knows which page a text belongs to, also where another plugin converts it.

    `page_elsewhere` gives what the linker needs of a page that is converted once more, to be shown elsewhere.
    """

    def __init__(self, page_elsewhere: Callable[[File], TermPage | None], *, formulas: bool = True) -> None:
        super().__init__(formulas=formulas)
        self.page_elsewhere = page_elsewhere
        self.begin_page("", None)

    def begin_page(self, source: str, page: TermPage | None, address: Callable[[str], str] = str) -> None:
        """The next page to be read, with its path; `address` gives links to concepts as HTML has them."""
        self.source, self.page, self.address = source, page, address

    def page_of(self, md: markdown.Markdown) -> TermPage | None:
        file = host.file_converted_by(md)
        if file is None:  # a text inside the page, whose links MkDocs does not read: a docstring, say
            return replace(self.page, url_for=self.address) if self.page else None
        return self.page if file.src_uri == self.source else self.page_elsewhere(file)
