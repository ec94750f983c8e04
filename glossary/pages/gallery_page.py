"""The page of all demos."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..addresses import GALLERY
from ..demos import KINDS, Demo
from .maker import PageMaker
from .markup import front_matter, stash_html
from .site import GeneratedPage


class GalleryPage(PageMaker):
    """Makes the page on which every demo stands with its still, its terms and what kind it is of."""

    def make(self) -> GeneratedPage:
        demos = list(self.site.demos.values())
        title = self._words["gallery"]
        summary = self._words["gallery-summary"].format(count=self.integer(len(demos)))
        markdown = self._render(
            "gallery.md.jinja",
            summary=summary,
            filters=list(self._filters(demos)),
            demos=[self._card(demo) for demo in demos],
        )
        head = front_matter(title, summary, ordlab={"kind": "gallery"}, hide=["toc"])
        return stash_html(self.site.addresses.source(GALLERY), head, markdown)

    def _filters(self, demos: list[Demo]) -> Iterator[tuple[str, int]]:
        """The kinds that some demos are of and others not, with how many are."""
        for kind in KINDS:
            if 0 < (count := sum(kind in demo.kinds for demo in demos)) < len(demos):
                yield kind, count

    def _card(self, demo: Demo) -> dict[str, Any]:
        terms = [
            {"label": self._label(id), "href": f"{self.concept_link(id)}#demo"}
            for id in demo.terms
            if id in self.site.termbase.concepts
        ]
        return {
            **self._demo(demo, ""),
            "kinds": demo.kinds,
            "terms": terms,
            "href": terms[0]["href"] if terms else "",
        }
