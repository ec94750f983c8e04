"""Texts of the termbase as safe HTML: Markdown without raw HTML, links that lead only where links may lead.

YAML comes from many hands. What looks like HTML in it is shown as text, `javascript:` is no address, and
pictures come from the site itself, so that no reader's browser is sent elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from html import unescape
from xml.etree.ElementTree import Element

import markdown
from markdown.extensions import Extension
from markdown.treeprocessors import Treeprocessor
from markdown.util import AMP_SUBSTITUTE
from markupsafe import Markup

SCHEMES = ("http", "https", "mailto")
_SCHEME = re.compile(r"([^/?#]*?):")
_IGNORED_BY_BROWSERS = re.compile(r"[\x00-\x20\x7f-\x9f\u2028\u2029]")

Resolve = Callable[[str], str | None]


class SafeMarkdown:
    """Markdown of untrusted text.

    `resolve` turns the path of a page (`help/gan.md`, from the docs folder) into an address, or None if there
    is no such page; `broken` collects the paths for which there was none.
    """

    def __init__(self, extensions: Sequence[Extension] = ()) -> None:
        self._safe = _SafeLinks()
        self._markdown = markdown.Markdown(
            extensions=["tables", "fenced_code", "sane_lists", *extensions, self._safe], output_format="html"
        )
        self._markdown.preprocessors.deregister("html_block")
        self._markdown.inlinePatterns.deregister("html")

    def render(self, text: str, resolve: Resolve = lambda path: None) -> Markup:
        self._safe.resolve = resolve
        self._safe.broken = []
        return Markup(self._markdown.reset().convert(text))

    @property
    def broken(self) -> list[str]:
        return self._safe.broken


class _SafeLinks(Extension):
    resolve: Resolve
    broken: list[str]

    def extendMarkdown(self, md: markdown.Markdown) -> None:
        # After every inline pattern, and after the linker, whose addresses are ours.
        md.treeprocessors.register(_Cleaner(md, self), "ordlab-safe-links", 1)


class _Cleaner(Treeprocessor):
    def __init__(self, md: markdown.Markdown, links: _SafeLinks) -> None:
        super().__init__(md)
        self.links = links

    def run(self, root: Element) -> None:
        for element in root.iter():
            if element.tag == "a" and element.get("class") != "term":
                self._clean(element, "href", SCHEMES)
            elif element.tag == "img":
                self._clean(element, "src", ())

    def _clean(self, element: Element, attribute: str, schemes: Sequence[str]) -> None:
        written = element.get(attribute, "")
        address = plain_address(written)
        scheme = _SCHEME.match(address)
        if scheme or address.startswith(("//", "\\")):
            if not scheme or scheme[1].lower() not in schemes:
                element.attrib.pop(attribute, None)
            return
        path, hash, fragment = address.partition("#")
        target = self.links.resolve(path) if path else ""
        if target is None:
            self.links.broken.append(path)
        else:
            element.set(attribute, target + hash + fragment)


def plain_address(written: str) -> str:
    """An address as a browser reads it: character references resolved, white space and controls ignored."""
    previous, written = None, written.replace(AMP_SUBSTITUTE, "&")
    while written != previous:
        previous, written = written, unescape(written)
    return _IGNORED_BY_BROWSERS.sub("", written)
