"""A page whose terms are to be linked."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from ..links import Linker
from ..model import Problem


@dataclass
class Page:
    """What the links of one page depend on."""

    linker: Linker
    url_for: Callable[[str], str]
    """The address of a concept's page, as it is to stand in `href`."""
    own: str = ""
    """The concept that the page is about: never linked."""
    file: str = ""
    """The page's source, for messages."""
    first_line: int = 1
    """Its line where the Markdown begins, after front matter."""
    is_shared: bool = False
    """Whether other tools may have links in double brackets, too: what is like no id of ours is theirs."""
    on_problem: Callable[[Problem], None] = lambda problem: None
    seen: Collection[str] = ()
    """Concepts mentioned earlier on the page, in a text that is converted apart."""
    by_hand_only: bool = False
    """Link nothing but what the author links."""
    per_section: bool = False
    """Link the first mention under each heading, and not only the first on the page."""


def link_to(page: Page, id: str) -> Element:
    """The link to a concept, without its text: a contract with scripts and tests."""
    return Element("a", {"class": "term", "data-term": id, "href": page.url_for(id)})
