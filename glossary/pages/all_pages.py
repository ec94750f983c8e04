"""Every page of the termbase in one language."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from .. import concept_graph
from ..addresses import GALLERY
from ..model import Concept, Problem, Termbase
from ..yamlfile import shown
from .concept_page import ConceptPage
from .gallery_page import GalleryPage
from .index_pages import IndexPage
from .path_pages import path_pages
from .site import RESERVED_IDS, VIEWS, GeneratedPage, Site


def generate(site: Site, lang: str) -> Iterator[GeneratedPage]:
    """Every page of the termbase in one language."""
    for concept in site.termbase.concepts.values():
        yield concept_page(site, lang, concept)
    yield from indexes(site, lang)


def indexes(site: Site, lang: str) -> Iterator[GeneratedPage]:
    """The pages that are about all concepts."""
    yield _index(site, lang, "by-letter").by_letter()
    yield _index(site, lang, "by-subject").by_subject()
    yield _index(site, lang, "by-language").by_language()
    yield from maps(site, lang)
    if site.demos:
        yield GalleryPage(site, lang, site.addresses.glossary(lang, GALLERY)).make()
    yield from path_pages(site, lang)


def maps(site: Site, lang: str) -> Iterator[GeneratedPage]:
    """The map of all concepts; if they are too many for one picture, a page for each subject."""
    concepts = list(site.termbase.concepts.values())
    if len(concepts) <= concept_graph.MAX_CONCEPTS:
        yield _index(site, lang, "map").map(concepts)
        return
    yield _index(site, lang, "map").map([])
    for subject, members in site.termbase.by_subject():
        yield _index(site, lang, "map", subject.id).map(members, subject)


def check(termbase: Termbase) -> Iterator[Problem]:
    """Concepts whose page would take the place of another page."""
    for id in sorted(RESERVED_IDS & termbase.concepts.keys()):
        path = termbase.concepts[id].path
        message = f"the glossary has a page of its own called “{id}”"
        yield Problem(shown(path), 0, "S002", message, f"rename {path.name}", id=id)


def concept_page(site: Site, lang: str, concept: Concept) -> GeneratedPage:
    """The page of one concept in one language."""
    return ConceptPage(site, lang, site.addresses.concept(lang, concept.id)).make(concept)


def _index(site: Site, lang: str, view: str, part: str = "") -> IndexPage:
    return IndexPage(site, lang, site.addresses.glossary(lang, posixpath.join(VIEWS[view], part)))
