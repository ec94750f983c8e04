"""What pages are made from, and where they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from ..addresses import GALLERY, Addresses
from ..demos import Demo
from ..drawing import Figure
from ..links import Linker
from ..model import Termbase
from ..phrases import Phrases
from ..prose import Prose
from ..quizzes import Quiz
from ..reading_paths import ReadingPath
from ..site_text import Words

TEMPLATES = Path(__file__).parent.parent / "templates"
THEME = TEMPLATES / "theme"
FRAME = Path(__file__).parent.parent / "frame"  # the page around the text: a theme of our own, above Material
USES_MARKER = "<div data-ordlab-uses></div>"  # where `uses` goes once every page has been read
REPORTS = ("coverage", "rules")  # pages for those who look after the termbase: `reports`
# Pages of ours beside the concepts'.
RESERVED_IDS = frozenset({"subjects", "languages", "map", "downloads", GALLERY, "paths", *REPORTS})
PATHS = "paths"
VIEWS = {
    "by-letter": "",
    "by-subject": "subjects",
    "by-language": "languages",
    "map": "map",
    "downloads": "downloads",
}


@dataclass(frozen=True, slots=True)
class Download:
    """A file on offer: in a format, or as a deck that asks in one language and answers in another."""

    name: str
    format: str
    front: str = ""
    back: str = ""


@dataclass(frozen=True, slots=True)
class GeneratedPage:
    """A page to be built as if `path` (relative to the docs folder) held `markdown`."""

    path: str
    markdown: str
    mentions: tuple[str, ...] = ()
    concept: str = ""  # the id, if the page is about one
    outline: str = ""  # the headings, and a marker in the place of each piece of HTML between them
    html: tuple[str, ...] = ()  # these pieces, which need no reading by Markdown


@dataclass(frozen=True)
class Site:
    """Everything pages are made from."""

    termbase: Termbase
    words: Mapping[str, Words]
    addresses: Addresses
    prose: Mapping[tuple[str, str], Prose]  # by concept and language
    linkers: Mapping[str, Linker]
    demos: Mapping[str, Demo] = field(default_factory=dict)
    quizzes: Mapping[str, Quiz] = field(default_factory=dict)
    figures: Mapping[str, Figure] = field(default_factory=dict)
    paths: Mapping[str, ReadingPath] = field(default_factory=dict)
    name: str = ""
    url: str = ""  # where the site is published, if that is known
    repository: str = ""  # address under which the repository's files are
    editing: str = ""  # address under which they are edited
    downloads: Sequence[Download] = ()  # files to take away
    start: str = "python -m demos serve"  # the command that starts the demos
    root: Path = Path()  # folder that paths of the repository are relative to
    docs: Path = Path()  # folder of the pages written by hand

    @cached_property
    def phrases(self) -> Phrases:
        """Definitions and summaries, for where they are not linked."""
        return Phrases(self.termbase)


@dataclass(frozen=True, slots=True)
class Chip:
    """One link of a chip row; `target` is relative to the site's root."""

    label: str
    target: str


@dataclass(frozen=True, slots=True)
class Use:
    """A page that mentions a concept."""

    title: str
    target: str


def still_address(demo: Demo) -> str:
    """Where the site keeps a demo's still."""
    return f"assets/demos/{demo.name}{demo.still.suffix}"
