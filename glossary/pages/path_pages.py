"""The pages of learning paths, and the bar that leads from one of their stops to the next."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

from markupsafe import Markup

from ..reading_paths import ReadingPath, Stop, has_demo, minutes, minutes_of_quiz, page_file, page_title
from ..yamlfile import BorrowedText
from .maker import PageMaker
from .markup import front_matter, markdown_text, stash_html
from .site import PATHS, GeneratedPage, Site


def path_pages(site: Site, lang: str) -> Iterator[GeneratedPage]:
    """The page of all learning paths, and one for each; none where there are no paths."""
    if site.paths:
        yield PathPage(site, lang, site.addresses.glossary(lang, PATHS)).overview()
    for path in site.paths.values():
        yield PathPage(site, lang, path_address(site, lang, path)).course(path)


def path_address(site: Site, lang: str, path: ReadingPath) -> str:
    return site.addresses.glossary(lang, posixpath.join(PATHS, path.id))


class PathPage(PageMaker):
    """Makes pages about learning paths, and what such a path adds to the page at an address."""

    def overview(self) -> GeneratedPage:
        title, summary = self._words["paths"], self._words["paths-summary"]
        paths = [self._path(path) for path in self.site.paths.values()]
        text = self._render("paths.md.jinja", paths=paths, summary=summary)
        head = front_matter(title, summary, ordlab={"kind": "paths"}, hide=["toc"])
        return stash_html(self.site.addresses.source(PATHS), head, text)

    def course(self, path: ReadingPath) -> GeneratedPage:
        title = path.title[self.lang]
        text = self._render(
            "path.md.jinja",
            title=markdown_text(title),
            attributes=self._attributes_of(title),
            path=self._path(path),
            overview=self.link(self.site.addresses.glossary(self.lang, PATHS)),
            quiz=Markup(self.quiz(path.quiz)),
        )
        head = front_matter(title, path.promise[self.lang], ordlab={"kind": "path"}, hide=["toc"])
        return stash_html(self.site.addresses.source(posixpath.join(PATHS, path.id)), head, text)

    def bars(self) -> tuple[str, str]:
        """HTML before and after the page at this address, of each path that stops there: hidden, until a
        script sees that the reader came along that path."""
        stops = [
            self._bar(path, number)
            for path in self.site.paths.values()
            for number, stop in enumerate(path.stops)
            if self._address_of(stop) == unquote(self.address)
        ]
        if not stops:
            return "", ""
        return self._render("path-note.html.jinja", stops=stops), self._render(
            "path-bar.html.jinja", stops=stops
        )

    def _path(self, path: ReadingPath) -> dict[str, Any]:
        stops = [self._stop(path, number) for number in range(len(path.stops))]
        quiz = minutes_of_quiz(self.site.quizzes[path.quiz])
        return {
            "id": path.id,
            "title": path.title[self.lang],
            "promise": path.promise[self.lang],
            "audience": path.audience[self.lang],
            "href": self.link(path_address(self.site, self.lang, path)),
            "stops": stops,
            "count": len(stops),
            "minutes": self._minutes(sum(stop["minutes"] for stop in stops) + quiz),
            "quiz_minutes": self._minutes(quiz),
        }

    def _stop(self, path: ReadingPath, number: int) -> dict[str, Any]:
        stop = path.stops[number]
        title = self._title(stop)
        time = minutes(stop, self.lang, self.site.termbase, self.site.demos, self.site.docs)
        return {
            "id": stop.id,
            "at": f"{path.id}-{number + 1}",
            "title": str(title),
            "attributes": self._attributes_of(title),
            "href": self.link(self._address_of(stop)) + (f"#{stop.part}" if stop.part else ""),
            "part": stop.part,
            "kind": self._kind(stop),
            "why": stop.why[self.lang],
            "minutes": time,
            "time": self._minutes(time),
        }

    def _bar(self, path: ReadingPath, number: int) -> dict[str, Any]:
        """A stop and its neighbors; before the first and after the last comes the path's page."""
        page = self.link(path_address(self.site, self.lang, path))
        last = number == len(path.stops) - 1
        return {
            **self._stop(path, number),
            "path": {"id": path.id, "title": path.title[self.lang], "href": page},
            "place": self._words["path-place"].format(
                number=self.integer(number + 1), all=self.integer(len(path.stops))
            ),
            "previous": self._stop(path, number - 1) if number else None,
            "next": None if last else self._stop(path, number + 1),
        }

    def _address_of(self, stop: Stop) -> str:
        if stop.kind == "term":
            return self.site.addresses.concept(self.lang, stop.target)
        return self.site.addresses.of_file(self.lang, stop.target)

    def _title(self, stop: Stop) -> str:
        """The name of a concept or page; marked, if it is in another language."""
        if stop.kind == "term":
            name, lang = self._name(stop.target)
        else:
            found = page_file(self.site.docs, stop.target, (self.lang, *self.site.termbase.languages))
            assert found is not None, "`check` has seen the file"
            name, lang = page_title(found[0].read_text("utf-8"), stop.part) or stop.target, found[1]
        return name if lang == self.lang else BorrowedText(name, lang)

    def _kind(self, stop: Stop) -> str:
        """What a reader finds there, in a word or two."""
        if stop.kind == "page":
            return self._words["path-page"]
        if stop.part in ("demo", "figure"):
            return self._words[f"path-{stop.part}"]
        shows_demo = not stop.part and has_demo(self.site.demos, self.site.termbase.concepts[stop.target])
        return self._words["path-term-demo" if shows_demo else "path-term"]

    def _minutes(self, count: int) -> str:
        return self._words["path-minutes"].format(count=self.integer(count))
