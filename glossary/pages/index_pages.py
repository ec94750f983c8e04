"""The pages that are about all concepts: by letter, subject and language, and the map."""

from __future__ import annotations

import posixpath
from collections.abc import Container, Iterable, Iterator, Sequence
from typing import Any

from .. import concept_graph, order
from ..model import Concept, Language, Subject
from .maker import PageMaker
from .markup import front_matter, letter_anchor, markdown_text, script_data, stash_html
from .site import REPORTS, VIEWS, GeneratedPage


class IndexPage(PageMaker):
    """Makes one of the pages that lead to all concepts."""

    def by_letter(self) -> GeneratedPage:
        count = self.integer(len(self.site.termbase.concepts))
        summary = self._words["glossary-summary"].format(count=count)
        groups: dict[str, list[dict[str, Any]]] = {}
        for letter, entry in self._sorted(self._entries()):
            groups.setdefault(letter, []).append(entry)
        letters = [
            {"letter": letter, "anchor": letter_anchor(letter), "entries": entries}
            for letter, entries in groups.items()
        ]
        title, reports = self._words["glossary"], list(self._reports())
        return self._index(
            "by-letter",
            title,
            summary,
            groups=letters,
            summary=summary,
            reports=reports,
            linked_data=script_data({"@context": "https://schema.org", **self._term_set()}),
        )

    def by_subject(self) -> GeneratedPage:
        groups = [
            {
                "anchor": subject.id,
                **self._subject_label(subject),
                "entries": [entry for _, entry in self._sorted(map(self._entry, concepts))],
            }
            for subject, concepts in self.site.termbase.by_subject()
        ]
        return self._index("by-subject", self._view_title("by-subject"), groups=groups)

    def by_language(self) -> GeneratedPage:
        languages = self.site.termbase.languages
        ordered = [languages[self.lang], *(x for code, x in languages.items() if code != self.lang)]
        items = self._sorted(map(self._entry, self.site.termbase.concepts.values()))
        rows = [[self._cell(item["concept"], language) for language in ordered] for _, item in items]
        return self._index("by-language", self._view_title("by-language"), languages=ordered, rows=rows)

    def map(self, concepts: Sequence[Concept], subject: Subject | None = None) -> GeneratedPage:
        """The map of these concepts; of none, the way to the maps of subjects."""
        title = self._view_title("map") + (f" · {self._subject_label(subject)['label']}" if subject else "")
        subjects = list(self.site.termbase.by_subject())
        markdown = self._render(
            "map.md.jinja",
            title=markdown_text(title),
            tabs=self._tabs(),
            map=concept_graph.lay_out(self.site.termbase, concepts, self._label) if concepts else None,
            labels={subject.id: self._subject_label(subject) for subject, _ in subjects},
            link=self.concept_link,
            attributes_of=lambda id: self.attributes(self._name(id)[1]),
            list=list(self._map_as_list(subjects, {concept.id for concept in concepts})),
            parts=[] if concepts else [self._map_part(*part) for part in subjects],
        )
        head = front_matter(title, ordlab={"kind": "map"}, hide=["toc"], search={"exclude": True})
        name = posixpath.join(VIEWS["map"], subject.id if subject else "")
        return stash_html(self.site.addresses.source(name), head, markdown)

    def _sorted(self, entries: Iterable[dict[str, Any]]) -> Iterator[tuple[str, dict[str, Any]]]:
        """Index letter and entry, in the language's own order."""
        keyed = [(order.sort_key(entry["term"], self._language), entry) for entry in entries]
        for _, entry in sorted(keyed, key=lambda pair: pair[0]):
            yield order.index_letter(entry["term"], self._language), entry

    def _entries(self) -> Iterator[dict[str, Any]]:
        """One entry per concept, and one per synonym that leads to it."""
        for concept in self.site.termbase.concepts.values():
            item = self._entry(concept)
            yield item
            own = concept.entries.get(self.lang)
            for term in own.with_status("admitted") if own else ():
                yield {
                    "concept": concept,
                    "term": term,
                    "label": term.term,
                    "href": item["href"],
                    "see": item["label"],
                    "see_word": self._words["see"],
                }

    def _entry(self, concept: Concept) -> dict[str, Any]:
        shown = self._shown(concept)
        entry, name_lang = shown.entry, shown.lang_of("terms")
        return {
            "concept": concept,
            "term": entry.preferred,
            "label": entry.preferred.term,
            "attributes": self.attributes(name_lang),
            "borrowed": self._borrowed(shown, "terms"),
            "href": self.concept_link(concept.id),
            "definition": self.phrase(shown, "definition"),
            "definition_attributes": self.attributes(shown.lang_of("definition")),
            "equivalents": [
                {"attributes": e["attributes"], "label": e["term"].term}
                for e in self._equivalents(concept, name_lang)
            ],
            "see": "",
        }

    def _cell(self, concept: Concept, language: Language) -> dict[str, Any]:
        """A concept's name in a language; none where it has none, but for the page's own column."""
        built = language.code in self.site.addresses.languages
        entry = concept.named_in(language.code)
        name, lang = (entry.preferred.term, language.code) if entry else ("", language.code)
        if not name and language.code == self.lang:
            name, lang = self._name(concept.id)
        return {
            "name": language.name,
            "html": language.html,
            "attributes": self.attributes(lang),
            "label": name,
            "href": self.link(self.site.addresses.concept(language.code, concept.id)) if built else "",
        }

    def _map_as_list(
        self, subjects: Iterable[tuple[Subject, Sequence[Concept]]], shown: Container[str]
    ) -> Iterator[dict[str, Any]]:
        """What the map shows, in words."""
        for subject, concepts in subjects:
            items = [
                {
                    **self._named(concept.id),
                    "relations": [
                        (kind, list(map(self._named, ids)))
                        for kind, ids in concept_graph.listed(self.site.termbase, concept)
                    ],
                }
                for concept in concepts
                if concept.id in shown
            ]
            if items:
                yield {**self._subject_label(subject), "concepts": items}

    def _map_part(self, subject: Subject, concepts: Sequence[Concept]) -> dict[str, Any]:
        href = self.link(self.site.addresses.glossary(self.lang, posixpath.join(VIEWS["map"], subject.id)))
        return {**self._subject_label(subject), "href": href, "count": len(concepts)}

    def _reports(self) -> Iterator[tuple[str, str]]:
        """Titles of the pages for those who look after the termbase, with their addresses."""
        for name in REPORTS:
            yield self._words[name], self.link(self.site.addresses.glossary(self.lang, name))

    def _index(self, view: str, title: str, description: str = "", **values: Any) -> GeneratedPage:
        tabs = self._tabs()
        head = front_matter(title, description, ordlab={"kind": view}, hide=["toc"])
        markdown = self._render(f"{view}.md.jinja", tabs=tabs, **values)
        return stash_html(self.site.addresses.source(VIEWS[view]), head, markdown)
