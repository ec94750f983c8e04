"""A site that is being served, after an edit: only what someone looks at is built again.

MkDocs builds everything anew on every save, which takes as long as the first build. When nothing but concepts
has changed, the data are read again, all pages count as outdated, and each is built when a browser asks for
it. So each page shows the data as they are, whatever an edit touched. The files behind the search box and the
downloads, which are made of the whole termbase, are made again when they are asked for, too. Addresses stay
what they were, and with them the sitemap: any other change brings about a full build.
"""

from __future__ import annotations

import logging
import shutil
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol

from .. import cards, downloads, embeds
from ..load import is_termbase, load
from ..model import Concept, Termbase, TermbaseError
from ..pages import Site

log = logging.getLogger("mkdocs.plugins.ordlab")

Stamps = dict[str, tuple[int, int]]
Application = Callable[[dict[str, Any], Callable[..., Any]], Any]  # WSGI (PEP 3333)


class Host(Protocol):
    """What the site's host keeps of its last full build."""

    site: Site
    download_job: downloads.DownloadJob | None
    stamps: Stamps

    def watched_paths(self, config: Any) -> Sequence[Path]: ...
    def apply_changes(self, termbase: Termbase, changed: Sequence[Concept], config: Any) -> set[str]: ...
    def addresses_of_pages(self) -> dict[str, tuple[str, str]]: ...
    def rebuild_page(self, lang: str, path: str, config: Any) -> None: ...
    def search_language(self, name: str) -> str: ...
    def rewrite_search(self, lang: str, config: Any) -> None: ...
    def restart_downloads(self, config: Any) -> downloads.DownloadJob: ...
    def set_download_job(self, job: downloads.DownloadJob) -> None: ...


class Preview:
    """Stands before the server and its builder; `lock` keeps requests and builds apart.

    `site` and `download_job` are what is being served, and outlive the host: full builds copy the downloads
    and make no new ones, and where the data have faults, they go on with the last that had none.
    """

    site: Site
    download_job: downloads.DownloadJob | None

    def __init__(self, build_all: Callable[[], Any], mount_path: str) -> None:
        self.build_all = build_all
        self.mount_path = mount_path
        self.lock = threading.RLock()
        self.downloading = threading.Lock()
        self.host: Host | None = None
        self.config: Any = None
        self.pages: dict[str, tuple[str, str]] = {}  # by the page's file: its language and source
        self.outdated: set[str] = set()
        self.search_outdated: dict[str, set[str]] = {}  # by language: sources of pages new to the search

    def start_over(self, host: Host, config: Any) -> None:
        """A full build is done: this is the host that did it."""
        self.host, self.config, self.site, self.download_job = host, config, host.site, host.download_job
        self.pages, self.outdated, self.search_outdated = host.addresses_of_pages(), set(), {}

    def rebuild(self) -> None:
        """What the server calls after an edit."""
        with self.lock:
            if not self._update():
                self.host = None  # until the build has come to its end
                self.build_all()

    def wrap(self, serve: Application) -> Application:
        """The server's own application, which finds files as they should be."""

        def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
            path = environ.get("PATH_INFO", "").encode("latin-1").decode("utf-8", "ignore")
            try:
                self._refresh(path)
            except Exception:
                log.exception(f"{path} could not be built again; save mkdocs.yml to build everything.")
            return serve(environ, start_response)

        return application

    def _update(self) -> bool:
        """Take in changed concepts; False when only a full build will do."""
        if self.host is None or stamps(self.host.watched_paths(self.config)) != self.host.stamps:
            return False
        old = self.host.site.termbase
        try:
            new = replace(load(old.folder), cards=old.cards)
            if problems := [*embeds.check_figures(new, self.host.site.figures), *cards.check(new)]:
                raise TermbaseError(problems)
        except TermbaseError as error:
            log.error(f"{error}\nPages are shown as they were until this is fixed.")
            return True
        if new.concepts is old.concepts:
            return True
        if new.concepts.keys() != old.concepts.keys():
            return False
        changed = [c for id, c in new.concepts.items() if c is not old.concepts[id]]
        if any(c.legacy != old.concepts[c.id].legacy for c in changed):
            return False
        sources = self.host.apply_changes(new, changed, self.config)
        self.site, self.outdated = self.host.site, set(self.pages)
        for lang in new.languages:
            self.search_outdated.setdefault(lang, set()).update(sources)
        return True

    def _refresh(self, path: str) -> None:
        """Make the file at an address again, if it is out of date."""
        name = path.removeprefix(self.mount_path).lstrip("/")
        name += "index.html" if path.endswith("/") else ""
        if name.startswith(downloads.FOLDER):
            self._refresh_downloads()
            return
        if name not in self.outdated and not self.search_outdated:
            return
        with self.lock:
            if self.host is None:
                return
            if name in self.outdated:
                self._build(self.host, name)
            elif (lang := self.host.search_language(name)) in self.search_outdated:
                sources = self.search_outdated.pop(lang)
                for page, place in self.pages.items():
                    if page in self.outdated and place[0] == lang and place[1] in sources:
                        self._build(self.host, page)
                self.host.rewrite_search(lang, self.config)

    def _build(self, host: Host, name: str) -> None:
        self.outdated.discard(name)
        host.rebuild_page(*self.pages[name], self.config)

    def _refresh_downloads(self) -> None:
        """Pages are served meanwhile: for a large termbase, this takes another process some seconds."""
        with self.downloading:
            with self.lock:
                if self.host is None or self.download_job is None:
                    return
                # The cache goes by the files as they are, so the data must be those of the files.
                if not self._update() or self.host.site.termbase is self.download_job.termbase:
                    return
                job = self.host.restart_downloads(self.config)
            folder = job.wait()
            with self.lock:
                for offer in job.offers:
                    shutil.copyfile(folder / offer.name, Path(self.config.site_dir, downloads.address(offer)))
                self.download_job = job
                if self.host is not None:
                    self.host.set_download_job(job)
                source = self.site.addresses.source(downloads.PAGE)
                self.outdated |= {page for page, (_, path) in self.pages.items() if path == source}


def stamps(paths: Iterable[Path]) -> Stamps:
    """Time and size of every file in some files and folders; of concepts' files nothing."""
    found = {}
    for path in paths:
        for file in path.rglob("*") if path.is_dir() else [path]:
            if file.is_file() and not _is_concept(file) and "__pycache__" not in file.parts:
                status = file.stat()
                found[str(file)] = (status.st_mtime_ns, status.st_size)
    return found


def _is_concept(path: Path) -> bool:
    return path.suffix == ".yml" and path.parent.name == "terms" and is_termbase(path.parent.parent)
