"""Text, HTML and Markdown as parts of a page."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml
from markupsafe import Markup

from .. import order
from .site import GeneratedPage

# Elements rather than comments, and without signs that other plugins give a meaning: ezglossary reads
# everything between angle brackets that holds a colon.
HTML_MARKER = '<div data-ordlab-html="{}"></div>'
_HTML_MARKER = re.compile(HTML_MARKER.format("([0-9]+)"))
_HEADING = re.compile("\x1e([^\x1e]*)\x1e")  # what the macro `heading` makes


def stash_html(
    path: str, head: str, text: str, mentions: tuple[str, ...] = (), concept: str = ""
) -> GeneratedPage:
    """A page whose text is HTML but for its headings: reading that HTML again would double a page's cost."""
    pieces = _HEADING.split(text)  # HTML and headings by turns
    html, headings = pieces[::2], pieces[1::2]
    outline = [HTML_MARKER.format(0)]
    for number, heading in enumerate(headings, 1):
        outline += [heading, HTML_MARKER.format(number)]
    markdown = head + _HEADING.sub(r"\1", text)
    return GeneratedPage(path, markdown, mentions, concept, "\n\n".join(outline), tuple(html))


def restore_html(html: str, pieces: Sequence[str]) -> str:
    """The page made of an outline, with its HTML in place."""
    return _HTML_MARKER.sub(lambda found: pieces[int(found[1])], html)


def anchors(pieces: Iterable[str]) -> set[str]:
    """Every id in HTML that we made ourselves."""
    return {id for html in pieces for id in re.findall(r'<[^<>]* id="([^"]+)"', html)}


def letter_anchor(letter: str) -> str:
    names = {order.OTHER: "other", order.LATIN_IN_CHINESE: "latin"}
    return f"letter-{names.get(letter, letter.lower())}"


def front_matter(title: str, description: str = "", **meta: Any) -> str:
    """YAML head of a page. Themes print title and description as HTML, so they are escaped here."""
    head = {"title": escape(title), **({"description": escape(description)} if description else {}), **meta}
    dumped = yaml.dump(head, Dumper=yaml.CSafeDumper, allow_unicode=True, sort_keys=False, width=10_000)
    return f"---\n{dumped}---\n"


def markdown_text(text: str) -> Markup:
    """Text as Markdown that shows exactly that text, also where an extension gives a character a meaning."""

    def escaped(match: re.Match[str]) -> str:
        return f"\\{match[0]}" if match[0] in r"\`*_{}[]()#+-.!>" else f"&#{ord(match[0])};"

    return Markup(re.sub(r"""[\\`*_{}\[\]()#+\-.!>&<|~^=:$%"']""", escaped, one_line(text)))


def webp_size(path: Path) -> tuple[int, int] | None:
    """Width and height of a WebP picture in pixels, so that its place is kept while it loads.

    Read from the first chunk of the RIFF container (RFC 9649, section 2).
    """
    with path.open("rb") as file:
        head = file.read(30)
    if len(head) < 30 or head[8:12] != b"WEBP":
        return None
    match head[12:16]:
        case b"VP8 ":
            return int.from_bytes(head[26:28], "little") & 0x3FFF, int.from_bytes(
                head[28:30], "little"
            ) & 0x3FFF
        case b"VP8L":
            bits = int.from_bytes(head[21:25], "little")
            return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
        case b"VP8X":
            return int.from_bytes(head[24:27], "little") + 1, int.from_bytes(head[27:30], "little") + 1
    return None


def unique(words: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(words))


def one_line(text: str) -> str:
    return " ".join(text.split())


def web_address(url: str) -> str:
    """The address if it leads to the web, else nothing: `javascript:` never becomes a link."""
    return url if urlsplit(url).scheme in ("http", "https") else ""


def script_data(data: object) -> Markup:
    """JSON that stays inside its script element, whatever its strings hold."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    for char in "<>&`~\u2028\u2029":
        text = text.replace(char, f"\\u{ord(char):04x}")
    return Markup(text)
