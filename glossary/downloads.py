"""The termbase for download: a file in every exchange format, decks of flash cards, and their page.

The files are made once for what the termbase says, and kept in a cache beside the site's configuration. For a
large termbase a second process makes them, while the first one makes pages.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any

from markupsafe import Markup

from . import cards, numbers
from .model import Termbase
from .pages import Download, GeneratedPage, PageMaker, Site, front_matter, stash_html

PAGE = "downloads"  # its name among the pages of the termbase
FOLDER = "downloads/"  # of the site
_LABELS = {"skos-ttl": "SKOS-XL (Turtle)", "skos-jsonld": "SKOS-XL (JSON-LD)"}
_SIZE = '<span data-ordlab-size="{}"></span>'  # on the page until the file has been made
_FEW_CONCEPTS = 300  # concepts that take no longer than starting a process
_CACHE_SECONDS = 7 * 24 * 3600  # seconds that files of an older termbase stay in the cache


# The page


def generate(site: Site, lang: str) -> Iterator[GeneratedPage]:
    """The page of downloads, if there are any."""
    if site.downloads:
        yield _DownloadsMaker(site, lang, site.addresses.glossary(lang, PAGE)).page()


class _DownloadsMaker(PageMaker):
    def page(self) -> GeneratedPage:
        title = self._view_title("downloads")
        files = [self._file_row(d) for d in self.site.downloads if d.format != "anki"]
        decks = [self._deck_row(d) for d in self.site.downloads if d.format == "anki"]
        summary = self._words["downloads-summary"]
        head = front_matter(title, summary, ordlab={"kind": "downloads"}, hide=["toc"])
        text = self._render("downloads.md.jinja", tabs=self._tabs(), files=files, decks=decks)
        return stash_html(self.site.addresses.source(PAGE), head, text)

    def _file_row(self, download: Download) -> dict[str, Any]:
        label = _LABELS.get(download.format, download.format.upper())
        return self._row(download) | {"label": label, "about": self._words[f"downloads-{download.format}"]}

    def _deck_row(self, download: Download) -> dict[str, Any]:
        languages = self.site.termbase.languages
        return self._row(download) | {"front": languages[download.front], "back": languages[download.back]}

    def _row(self, download: Download) -> dict[str, Any]:
        return {"href": self.link(address(download)), "size": Markup(_SIZE.format(download.name))}


def address(download: Download) -> str:
    """Where the site keeps the file."""
    return FOLDER + download.name


def with_sizes(html: str, folder: Path, locale: str) -> str:
    """The page with the size of each file in place of its marker."""
    return re.sub(
        _SIZE.format(r"([\w.-]+)"),
        lambda found: size(folder.joinpath(found[1]).stat().st_size, locale),
        html,
    )


def size(count: int, locale: str) -> str:
    """Bytes as people of CLDR's `locale` say them: 12 kB, 3,4 MB."""
    if count < 999_500:
        return f"{max(1, round(count / 1000))}\u00a0kB"
    return f"{numbers.number(count / 1_000_000, locale)}\u00a0MB"


# The files


@dataclass(frozen=True, slots=True)
class DownloadJob:
    """Files that are being made, or have been: of what, which ones, and in which folder they will be."""

    termbase: Termbase
    offers: tuple[Download, ...]
    folder: Path
    process: subprocess.Popen[str] | None = None

    def wait(self) -> Path:
        """The folder, once all files are there. Raises RuntimeError if they could not be made."""
        if not self.folder.is_dir():
            error = self.process.communicate()[1] if self.process else ""
            if not self.folder.is_dir():
                raise RuntimeError(f"the downloads could not be made: {error.strip()}")
        return self.folder


def start(
    termbase: Termbase, cache: Path, *, url: str = "", title: str = "", demos: Path | None = None
) -> DownloadJob:
    """Begin to make the files. `url` is where the glossary is published, if anywhere; `title` names decks;
    `demos` is the folder of the cards that the termbase has.

    Raises OSError when there is no place for them.
    """
    offers, folder = tuple(offered(termbase)), cache / _digest(termbase, url, title)
    if folder.is_dir():
        return DownloadJob(termbase, offers, folder)
    if len(termbase.concepts) < _FEW_CONCEPTS:
        make(termbase, folder, url=url, title=title)
        return DownloadJob(termbase, offers, folder)
    arguments = [str(termbase.folder.absolute()), str(folder.absolute()), url, title, str(demos or "")]
    command = [sys.executable, "-m", __name__, *arguments]
    return DownloadJob(termbase, offers, folder, subprocess.Popen(command, stderr=subprocess.PIPE, text=True))


def offered(termbase: Termbase) -> Iterator[Download]:
    """Every file there is to be, in the order of the page."""
    from .exchange import FORMATS

    for format in FORMATS.values():
        yield Download(f"glossary.{format.suffix}", format.name)
    for front in termbase.languages:
        for back in termbase.languages:
            if front != back:
                yield Download(f"glossary-{front}-{back}.apkg", "anki", front, back)


def make(termbase: Termbase, folder: Path, *, url: str, title: str) -> None:
    """Make every file, in a folder that appears when all are there."""
    termbase = cards.filled(termbase)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix="making-") as name:
        new = Path(name, "files")
        new.mkdir()
        for download in offered(termbase):
            (new / download.name).write_bytes(_content(termbase, download, url, title))
        if not folder.exists():  # another build may have been faster
            new.rename(folder)
    for old in folder.parent.iterdir():
        if old != folder and old.stat().st_mtime < time.time() - _CACHE_SECONDS:
            shutil.rmtree(old, ignore_errors=True)


def _content(termbase: Termbase, download: Download, url: str, title: str) -> bytes:
    from .exchange import FORMATS, anki

    if download.format == "anki":
        return anki.write(termbase, download.front, download.back, title=title)
    settings = {"url": url} if url and download.format.startswith("skos") else {}
    return FORMATS[download.format].write(termbase, **settings)


def _digest(termbase: Termbase, url: str, title: str) -> str:
    """What the files depend on: the data, how new it is (flash cards say so), and the code."""
    digest = blake2b(json.dumps([url, title, dict(termbase.cards)]).encode(), digest_size=12)
    code = (Path(__file__).parent / "exchange").rglob("*.py")
    data = (*termbase.folder.glob("*.yml"), *(concept.path for concept in termbase.concepts.values()))
    for path in (*sorted(data), *sorted(code)):
        state = path.stat()
        digest.update(f"{path.name} {state.st_size} {state.st_mtime_ns}\n".encode())
    return digest.hexdigest()


if __name__ == "__main__":
    from .load import load

    termbase_folder, target, site_url, site_name, demos_folder = sys.argv[1:]
    loaded = load(Path(termbase_folder))
    loaded = cards.with_cards(loaded, Path(demos_folder)) if demos_folder else loaded
    make(loaded, Path(target), url=site_url, title=site_name)
