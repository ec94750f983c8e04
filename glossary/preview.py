"""A site that is being served, after an edit: only pages that someone looks at are built again.

MkDocs builds everything anew on every save, which takes as long as the first build. When nothing but concepts
has changed, the data are read again, all pages count as outdated, and each is built when a browser asks for
it. So each page shows the data as they are, whatever an edit touched. What is made of all pages at once, the
search index for instance, waits for the next full build, which any other change brings about.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, Protocol

from .load import load
from .model import Concept, Termbase, TermbaseError
from .pages import Site

log = logging.getLogger("mkdocs.plugins.ordlab")

Stamps = dict[str, tuple[int, int]]
Application = Callable[[dict[str, Any], Callable[..., Any]], Any]  # WSGI (PEP 3333)


class Host(Protocol):
    """What the site's host keeps of its last full build."""

    site: Site
    stamps: Stamps

    def _watched(self, config: Any) -> Sequence[Path]: ...
    def take(self, termbase: Termbase, changed: Sequence[Concept], config: Any) -> None: ...
    def addresses_of_pages(self) -> dict[str, tuple[str, str]]: ...
    def build_again(self, lang: str, path: str, config: Any) -> None: ...


class Preview:
    """Stands before the server and its builder; `lock` keeps requests and builds apart."""

    def __init__(self, build_all: Callable[[], Any], mount_path: str) -> None:
        self.build_all = build_all
        self.mount_path = mount_path
        self.lock = threading.RLock()
        self.host: Host | None = None
        self.config: Any = None
        self.pages: dict[str, tuple[str, str]] = {}  # by the page's file: its language and source
        self.outdated: set[str] = set()

    def adopt(self, host: Host, config: Any) -> None:
        """A full build is done: this is the host that did it."""
        self.host, self.config = host, config
        self.pages, self.outdated = host.addresses_of_pages(), set()

    def rebuild(self) -> None:
        """What the server calls after an edit."""
        with self.lock:
            if not self._update():
                self.host = None  # until the build has come to its end
                self.build_all()

    def around(self, serve: Application) -> Application:
        """The server's own application, which finds pages as they should be."""

        def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
            self._refresh(environ.get("PATH_INFO", "").encode("latin-1").decode("utf-8", "ignore"))
            return serve(environ, start_response)

        return application

    def _update(self) -> bool:
        """Take in changed concepts; False when only a full build will do."""
        if self.host is None or stamps(self.host._watched(self.config)) != self.host.stamps:
            return False
        old = self.host.site.termbase
        try:
            new = load(old.folder)
        except TermbaseError as error:
            log.error(f"{error}\nPages are shown as they were until this is mended.")
            return True
        if new.concepts.keys() != old.concepts.keys():
            return False
        changed = [c for id, c in new.concepts.items() if c is not old.concepts[id]]
        if any((c.demo, c.legacy) != (old.concepts[c.id].demo, old.concepts[c.id].legacy) for c in changed):
            return False
        self.host.take(new, changed, self.config)
        self.outdated = set(self.pages)
        return True

    def _refresh(self, path: str) -> None:
        """Build the page at an address again, if it is out of date."""
        name = path.removeprefix(self.mount_path).lstrip("/")
        name += "index.html" if path.endswith("/") else ""
        if name not in self.outdated:
            return
        with self.lock:
            if self.host is None or name not in self.outdated:
                return
            self.outdated.discard(name)
            try:
                self.host.build_again(*self.pages[name], self.config)
            except Exception:
                log.exception(f"{path} could not be built again; save mkdocs.yml to build everything.")


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
    return path.suffix == ".yml" and path.parent.name == "terms"
