"""The page of one concept."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from markupsafe import Markup

from .. import further, numbers, staleness
from ..cards import TEXTS
from ..concept_map import lay_out, neighbors
from ..fallback import OPTIONAL, REQUIRED, Shown
from ..model import Concept, Entry, Source
from ..phrases import plain
from ..staleness import State
from .maker import PageMaker
from .markup import front_matter, markdown_text, script_data, stash_html, web_address
from .site import USES_MARKER, VIEWS, GeneratedPage


class ConceptPage(PageMaker):
    """Makes the page of a concept."""

    def make(self, concept: Concept) -> GeneratedPage:
        shown = self._shown(concept)
        entry = shown.entry
        prose = self.site.prose[concept.id, self.lang]
        name_lang = shown.lang_of("terms")
        markdown = self._render(
            "term.md.jinja",
            concept=concept,
            title=markdown_text(entry.preferred.term),
            term=entry.preferred,
            grammar=self.grammar(entry.preferred),
            html=self.site.termbase.languages[name_lang].html,
            attributes=self.attributes(name_lang),
            untranslated=self._untranslated(concept, shown),
            borrowed={part: self._borrowed(shown, part) for part in (*REQUIRED, *OPTIONAL)},
            subject=self._subject(concept),
            equivalents=list(self._equivalents(concept)),
            newer=self._newer(concept),
            prose=prose,
            confusable=list(map(self._named, self.site.termbase.confusable[concept.id])),
            demo=self._demo_of(concept),
            figure=Markup(self.figure(concept.figure)) if concept.figure else "",
            names=list(self._names(entry)),
            further=list(self._further(concept)),
            sources=list(self._sources(concept)),
            uses_marker=Markup(USES_MARKER),
            file=self._file(concept),
            reviewed=concept.reviewed and numbers.day(concept.reviewed, numbers.locale_of(self._language)),
            linked_data=self._linked_data(concept),
            **self._relations(concept),
        )
        meta = {"ordlab": {"kind": "term", "id": concept.id}, "search": {"boost": 2}}
        head = front_matter(entry.preferred.term, plain(self.phrase(shown, "definition")), **meta)
        return stash_html(self.site.addresses.source(concept.id), head, markdown, prose.mentions, concept.id)

    def _subject(self, concept: Concept) -> dict[str, Any]:
        subject = self.site.termbase.subject_of(concept)
        target = self.site.addresses.glossary(self.lang, VIEWS["by-subject"])
        return {**self._subject_label(subject), "href": self.link(f"{target}#{subject.id}")}

    def _untranslated(self, concept: Concept, shown: Shown) -> dict[str, Any] | None:
        """What to say on top of a page that has no term, or nothing at all, in its own language."""
        lang = shown.borrowed.get("terms")
        if lang is None:
            return None
        language, own = self.site.termbase.languages[lang], concept.entries.get(self.lang)
        built = lang in self.site.addresses.languages
        return {
            "name": language.name,
            "attributes": self.attributes(lang),
            "html": language.html,
            "href": self.link(self.site.addresses.concept(lang, concept.id)) if built else "",
            "has_nothing": own is None or not any(getattr(own, text) for text in TEXTS),
        }

    def _demo_of(self, concept: Concept) -> dict[str, Any] | None:
        """The demo that shows the concept, in the state that does."""
        found = next((demo for demo in self.site.demos.values() if concept.id in demo.terms), None)
        return self._demo(found, found.terms[concept.id]) if found else None

    def _relations(self, concept: Concept) -> dict[str, Any]:
        groups = neighbors(self.site.termbase, concept)
        if not groups:
            return {"groups": []}
        text = self._words
        listed = [
            text[f"map-{relation}"] + " " + text["enumeration"].join(map(self._label, ids))
            for relation, ids in groups.items()
        ]
        term = self._label(concept.id)
        return {
            "groups": [
                {
                    "relation": relation,
                    "concepts": list(map(self._named, ids)),
                }
                for relation, ids in groups.items()
            ],
            "map": lay_out(concept, groups, self._label),
            "link": self.concept_link,
            "attributes_of": lambda id: self.attributes(self._name(id)[1]),
            "map_title": text["map-title"].format(term=term),
            "map_description": text["map-description"].format(term=term, relations="; ".join(listed)),
        }

    def _names(self, entry: Entry) -> Iterator[dict[str, Any]]:
        for status in ("admitted", "superseded", "deprecated"):
            for term in entry.with_status(status):
                yield {"term": term, "grammar": self.grammar(term)}

    def _further(self, concept: Concept) -> Iterator[dict[str, Any]]:
        locale = numbers.locale_of(self._language)
        for work in further.recommended(self.site.termbase, concept, self.lang):
            if link := web_address(work.url):
                published = work.published if work.level != "paper" else ""  # the sources say it of papers
                language = numbers.name_of_language(work.lang, locale) if work.lang else ""
                level = self._words[f"level-{work.level}"] if work.level else ""
                yield {
                    "title": work.title,
                    "by": list(filter(None, (work.authors, published))),
                    "link": link,
                    "lang": self._tag(work),
                    "about": list(filter(None, (language, level))),
                }

    def _tag(self, source: Source) -> str:
        """The language of a work, as HTML has it."""
        language = self.site.termbase.languages.get(source.lang)
        return language.html if language else source.lang

    def _sources(self, concept: Concept) -> Iterator[dict[str, str]]:
        for id in concept.sources:
            source = self.site.termbase.sources[id]
            yield {
                "id": id,
                "title": source.title.rstrip("."),
                "authors": source.authors,
                "year": source.year,
                "published": source.published.rstrip("."),
                "identifier": source.identifier,
                "link": web_address(source.url),
                "lang": self._tag(source),
            }

    def _file(self, concept: Concept) -> dict[str, str]:
        path = concept.path.resolve()
        root = self.site.root.resolve()
        shown = path.relative_to(root).as_posix() if path.is_relative_to(root) else path.name
        site = self.site
        return {
            "path": shown,
            "href": f"{site.repository}{shown}" if site.repository else "",
            "edit": f"{site.editing}{shown}" if site.editing else "",
        }

    def _linked_data(self, concept: Concept) -> Markup:
        """The concept as schema.org's DefinedTerm."""
        shown = self._shown(concept)
        entry, languages = shown.entry, self.site.termbase.languages
        data = {
            "@context": "https://schema.org",
            "@type": "DefinedTerm",
            "termCode": concept.id,
            "name": entry.preferred.term,
            "alternateName": [term.term for term in entry.with_status("admitted")],
            "description": plain(self.phrase(shown, "definition")),
            "inLanguage": languages[shown.lang_of("terms")].html,
            "url": self._published(self.address),
            "inDefinedTermSet": self._term_set(),
        }
        return script_data({key: value for key, value in data.items() if value})

    def _newer(self, concept: Concept) -> dict[str, str] | None:
        """The text that a stale page has fallen behind."""
        termbase = self.site.termbase
        if staleness.state_of(termbase, concept, self.lang) is not State.STALE:
            return None
        language = termbase.languages[termbase.reference_language]
        built = language.code in self.site.addresses.languages
        href = self.link(self.site.addresses.concept(language.code, concept.id)) if built else ""
        return {"name": language.name, "html": language.html, "href": href}
