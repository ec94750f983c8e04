"""Pages of the termbase: one per concept and language, and the indexes. Data in, Markdown out.

The Markdown holds real headings, so that any host builds its table of contents, and HTML for the rest. YAML
text is data: the templates escape it. Explanations are Markdown and arrive here as safe HTML (`Prose`).
"""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import jinja2
import yaml
from markupsafe import Markup

from . import concept_graph, drawing, order, staleness
from .addresses import Addresses, relative
from .concept_map import lay_out, neighbors
from .demos import Demo
from .drawing import Figure
from .links import Linker
from .model import Concept, Entry, Language, Problem, Source, Subject, Term, Termbase
from .prose import Prose
from .quizzes import Quiz
from .site_text import Words
from .staleness import State
from .yamlfile import shown

TEMPLATES = Path(__file__).parent / "templates"
THEME = TEMPLATES / "theme"
FRAME = Path(__file__).parent / "frame"  # the page around the text: a theme of our own, above Material
USES_MARKER = "<!-- ordlab:uses -->"  # where `uses` goes once every page has been read
HTML_MARKER = "<!-- ordlab:html {} -->"
_HTML_MARKER = re.compile("<!-- ordlab:html ([0-9]+) -->")
_HEADING = re.compile("\x1e([^\x1e]*)\x1e")  # what the macro `heading` makes
REPORTS = ("coverage", "rules")  # pages for those who look after the termbase: `reports`
# Pages of ours beside the concepts'.
RESERVED_IDS = frozenset({"subjects", "languages", "map", "downloads", *REPORTS})
INDEX = "glossary/index.md"
VIEWS = {
    "by-letter": "glossary",
    "by-subject": "glossary/subjects",
    "by-language": "glossary/languages",
    "map": "glossary/map",
    "downloads": "glossary/downloads",
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
    name: str = ""
    url: str = ""  # where the site is published, if that is known
    repository: str = ""  # address under which the repository's files are
    downloads: Sequence[Download] = ()  # files to take away
    start: str = "python -m demos serve"  # the command that starts the demos
    root: Path = Path()  # folder that paths of the repository are relative to

    def page(self, lang: str, folder: str) -> PageMaker:
        return PageMaker(self, lang, self.addresses.page(lang, folder))


def generate(site: Site, lang: str) -> Iterator[GeneratedPage]:
    """Every page of the termbase in one language."""
    for concept in site.termbase.concepts.values():
        yield site.page(lang, f"glossary/{concept.id}").concept(concept)
    yield from indexes(site, lang)


def indexes(site: Site, lang: str) -> Iterator[GeneratedPage]:
    """The pages that are about all concepts."""
    yield site.page(lang, "glossary").by_letter()
    yield site.page(lang, "glossary/subjects").by_subject()
    yield site.page(lang, "glossary/languages").by_language()
    yield from maps(site, lang)


def maps(site: Site, lang: str) -> Iterator[GeneratedPage]:
    """The map of all concepts; if they are too many for one picture, a page for each subject."""
    concepts = list(site.termbase.concepts.values())
    if len(concepts) <= concept_graph.MAX_CONCEPTS:
        yield site.page(lang, VIEWS["map"]).map(concepts)
        return
    yield site.page(lang, VIEWS["map"]).map([])
    for subject, members in site.termbase.by_subject():
        yield site.page(lang, f"{VIEWS['map']}/{subject.id}").map(members, subject)


def check(termbase: Termbase) -> Iterator[Problem]:
    """Concepts whose page would take the place of another page."""
    for id in sorted(RESERVED_IDS & termbase.concepts.keys()):
        path = termbase.concepts[id].path
        message = f"the glossary has a page of its own called “{id}”"
        yield Problem(shown(path), 0, "S002", message, f"rename {path.name}", id=id)


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


@dataclass(frozen=True)
class PageMaker:
    """Makes what stands on one page: it knows the page's language, and its address for relative links."""

    site: Site
    lang: str
    address: str

    # Whole pages

    def concept(self, concept: Concept) -> GeneratedPage:
        entry = concept.entries[self.lang]
        prose = self.site.prose[concept.id, self.lang]
        markdown = self._render(
            "term.md.jinja",
            concept=concept,
            title=markdown_text(entry.preferred.term),
            term=entry.preferred,
            grammar=self.grammar(entry.preferred),
            html=self._language.html,
            subject=self._subject(concept),
            equivalents=list(self._equivalents(concept)),
            newer=self._newer(concept),
            prose=prose,
            demo=self._demo_of(concept),
            names=list(self._names(entry)),
            sources=list(self._sources(concept)),
            uses_marker=Markup(USES_MARKER),
            file=self._file(concept),
            linked_data=self._linked_data(concept),
            **self._relations(concept),
        )
        meta = {"ordlab": {"kind": "term", "id": concept.id}, "search": {"boost": 2}}
        head = front_matter(entry.preferred.term, one_line(entry.definition), **meta)
        return stash_html(concept_path(concept.id), head, markdown, prose.mentions, concept.id)

    def by_letter(self) -> GeneratedPage:
        count = len(self.site.termbase.concepts)
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
                "label": subject.labels[self.lang],
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
        title = self._view_title("map") + (f" · {subject.labels[self.lang]}" if subject else "")
        subjects = list(self.site.termbase.by_subject())
        markdown = self._render(
            "map.md.jinja",
            title=markdown_text(title),
            tabs=self._tabs(),
            map=concept_graph.lay_out(self.site.termbase, concepts, self._label) if concepts else None,
            labels={subject.id: subject.labels[self.lang] for subject, _ in subjects},
            link=self.concept_link,
            list=list(self._map_as_list(subjects, {concept.id for concept in concepts})),
            parts=[] if concepts else [self._map_part(*part) for part in subjects],
        )
        head = front_matter(title, ordlab={"kind": "map"}, hide=["toc"], search={"exclude": True})
        folder = VIEWS["map"] + (f"/{subject.id}" if subject else "")
        return stash_html(f"{folder}/index.md", head, markdown)

    # Parts that other pages get too

    def chips(self, rows: Mapping[str, Sequence[Chip]]) -> str:
        """Chip rows: `help` and `terms`, each only if it has chips."""
        titles = {"help": self._words["help-links"], "terms": self._words["terminology"]}
        made = [
            {
                "kind": kind,
                "title": titles[kind],
                "chips": [
                    {"label": c.label, "href": self.link(c.target), "current": c.target == self.address}
                    for c in chips
                ],
            }
            for kind, chips in rows.items()
            if chips
        ]
        return self._render("chips.html.jinja", rows=made)

    def cards(self, ids: Iterable[str]) -> str:
        """What a reader sees of a linked term without leaving the page."""
        concepts = [self.site.termbase.concepts[id] for id in ids]
        cards = [
            {
                "id": concept.id,
                "term": (entry := concept.entries[self.lang]).preferred,
                "grammar": self.grammar(entry.preferred),
                "definition": one_line(entry.definition),
                "equivalents": list(self._equivalents(concept)),
                "href": self.concept_link(concept.id),
            }
            for concept in concepts
        ]
        return self._render("cards.html.jinja", cards=cards) if cards else ""

    def demo(self, name: str, preset: str = "") -> str:
        """A demo's panel, in one line so that the Markdown around it keeps its line numbers."""
        made = self._demo(self.site.demos[name], preset)
        return self._render("demo.html.jinja", demo=made).replace("\n", "")

    def quiz(self, id: str, _: str = "") -> str:
        """A quiz, in one line as well."""
        return self._render("quiz.html.jinja", quiz=self.site.quizzes[id], lang=self.lang).replace("\n", "")

    def figure(self, id: str, _: str = "") -> str:
        """A figure, in one line as well."""
        figure = self.site.figures[id]
        return self._render(
            "figure.html.jinja",
            figure=figure,
            marks=drawing.draw(figure, self.lang),
            lang=self.lang,
            sizes=drawing.FONT,
            unit=drawing.UNIT,
            width=drawing.COLUMNS * drawing.UNIT,
        ).replace("\n", "")

    def uses(self, uses: Iterable[Use]) -> str:
        """The list of pages that mention a concept."""
        made = [{"title": use.title, "href": self.link(use.target)} for use in uses]
        return self._render("uses.html.jinja", uses=made) if made else ""

    def link(self, target: str) -> str:
        return relative(target, self.address)

    def concept_link(self, id: str) -> str:
        return self.link(self.site.addresses.concept(self.lang, id))

    def grammar(self, term: Term) -> str:
        """Part of speech, gender and kind, in words: «substantiv, intetkjønn»."""
        kind = "" if term.type == "full" else term.type
        part_of_speech = term.pos or ("noun" if term.gender else "")
        parts = [part_of_speech, f"gender-{term.gender}" if term.gender else "", kind]
        return self._words["comma"].join(unique(filter(None, map(self._words.get, parts))))

    # What the templates are given

    @property
    def _words(self) -> Words:
        return self.site.words[self.lang]

    @property
    def _language(self) -> Language:
        return self.site.termbase.languages[self.lang]

    def _label(self, id: str) -> str:
        return self.site.termbase.concepts[id].entries[self.lang].preferred.term

    def _subject(self, concept: Concept) -> dict[str, str]:
        subject: Subject = self.site.termbase.subjects[concept.subject]
        target = self.site.addresses.page(self.lang, "glossary/subjects")
        return {"label": subject.labels[self.lang], "href": self.link(f"{target}#{subject.id}")}

    def _equivalents(self, concept: Concept) -> Iterator[dict[str, Any]]:
        for code, language in self.site.termbase.languages.items():
            if code == self.lang:
                continue
            built = code in self.site.addresses.languages
            href = self.link(self.site.addresses.concept(code, concept.id)) if built else ""
            term = concept.entries[code].preferred
            yield {"lang": code, "html": language.html, "name": language.name, "term": term, "href": href}

    def _demo_of(self, concept: Concept) -> dict[str, Any] | None:
        """The demo that shows the concept, in the state that does."""
        found = next((demo for demo in self.site.demos.values() if concept.id in demo.terms), None)
        return self._demo(found, found.terms[concept.id]) if found else None

    def _demo(self, demo: Demo, preset: str) -> dict[str, Any]:
        return {
            "name": demo.name,
            "preset": preset,
            "lang": self.lang,
            "title": demo.title[self.lang],
            "says": demo.presets[preset].says[self.lang] if preset else "",
            "summary": demo.summary[self.lang],
            "try_this": demo.try_this[self.lang],
            "alt": demo.alt[self.lang],
            "still": self.link(still_address(demo)),
            "size": webp_size(demo.still),
            "command": self.site.start,
        }

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
                    "concepts": [
                        {"id": id, "label": self._label(id), "href": self.concept_link(id)} for id in ids
                    ],
                }
                for relation, ids in groups.items()
            ],
            "map": lay_out(concept, groups, self._label),
            "link": self.concept_link,
            "map_title": text["map-title"].format(term=term),
            "map_description": text["map-description"].format(term=term, relations="; ".join(listed)),
        }

    def _names(self, entry: Entry) -> Iterator[dict[str, Any]]:
        for status in ("admitted", "superseded", "deprecated"):
            for term in entry.with_status(status):
                yield {"term": term, "grammar": self.grammar(term)}

    def _sources(self, concept: Concept) -> Iterator[dict[str, str]]:
        for id in concept.sources:
            source: Source = self.site.termbase.sources[id]
            language = self.site.termbase.languages.get(source.lang)
            yield {
                "id": id,
                "title": source.title.rstrip("."),
                "authors": source.authors,
                "year": source.year,
                "published": source.published.rstrip("."),
                "identifier": source.identifier,
                "link": web_address(source.url),
                "lang": language.html if language else source.lang,
            }

    def _file(self, concept: Concept) -> dict[str, str]:
        path = concept.path.resolve()
        root = self.site.root.resolve()
        shown = path.relative_to(root).as_posix() if path.is_relative_to(root) else path.name
        return {"path": shown, "href": f"{self.site.repository}{shown}" if self.site.repository else ""}

    def _linked_data(self, concept: Concept) -> Markup:
        """The concept as schema.org's DefinedTerm."""
        entry = concept.entries[self.lang]
        data = {
            "@context": "https://schema.org",
            "@type": "DefinedTerm",
            "termCode": concept.id,
            "name": entry.preferred.term,
            "alternateName": [term.term for term in entry.with_status("admitted")],
            "description": one_line(entry.definition),
            "inLanguage": self._language.html,
            "url": self._published(self.address),
            "inDefinedTermSet": self._term_set(),
        }
        return script_data({key: value for key, value in data.items() if value})

    def _term_set(self) -> dict[str, str]:
        """The glossary in this language as schema.org's DefinedTermSet."""
        return {
            "@type": "DefinedTermSet",
            "name": " – ".join(filter(None, (self.site.name, self._words["glossary"]))),
            "inLanguage": self._language.html,
            "url": self._published(self.site.addresses.page(self.lang, "glossary")),
        }

    def _published(self, target: str) -> str:
        """An address for machines: in full where the site's is known, else relative to the page."""
        return posixpath.join(self.site.url, target) if self.site.url else self.link(target)

    # Staleness

    def _newer(self, concept: Concept) -> dict[str, str] | None:
        """The text that a stale page has fallen behind."""
        termbase = self.site.termbase
        if staleness.state_of(termbase, concept, self.lang) is not State.STALE:
            return None
        language = termbase.languages[termbase.reference_language]
        built = language.code in self.site.addresses.languages
        href = self.link(self.site.addresses.concept(language.code, concept.id)) if built else ""
        return {"name": language.name, "html": language.html, "href": href}

    # Indexes

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
            for term in concept.entries[self.lang].with_status("admitted"):
                yield {
                    "concept": concept,
                    "term": term,
                    "label": term.term,
                    "href": item["href"],
                    "see": item["label"],
                    "see_word": self._words["see"],
                }

    def _entry(self, concept: Concept) -> dict[str, Any]:
        entry = concept.entries[self.lang]
        return {
            "concept": concept,
            "term": entry.preferred,
            "label": entry.preferred.term,
            "href": self.concept_link(concept.id),
            "definition": one_line(entry.definition),
            "equivalents": [{"html": e["html"], "label": e["term"].term} for e in self._equivalents(concept)],
            "see": "",
        }

    def _cell(self, concept: Concept, language: Language) -> dict[str, str]:
        built = language.code in self.site.addresses.languages
        return {
            "name": language.name,
            "html": language.html,
            "label": concept.entries[language.code].preferred.term,
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
                yield {"label": subject.labels[self.lang], "concepts": items}

    def _map_part(self, subject: Subject, concepts: Sequence[Concept]) -> dict[str, Any]:
        href = self.link(self.site.addresses.page(self.lang, f"{VIEWS['map']}/{subject.id}"))
        return {"label": subject.labels[self.lang], "href": href, "count": len(concepts)}

    def _named(self, id: str) -> dict[str, str]:
        return {"label": self._label(id), "href": self.concept_link(id)}

    def _tabs(self) -> list[tuple[str, str]]:
        page = self.site.addresses.page
        views = {key: folder for key, folder in VIEWS.items() if key != "downloads" or self.site.downloads}
        return [(key, self.link(page(self.lang, folder))) for key, folder in views.items()]

    def _reports(self) -> Iterator[tuple[str, str]]:
        """Titles of the pages for those who look after the termbase, with their addresses."""
        for name in REPORTS:
            yield self._words[name], self.link(self.site.addresses.page(self.lang, f"glossary/{name}"))

    def _view_title(self, view: str) -> str:
        return f"{self._words['glossary']} · {self._words[view]}"

    def _index(self, view: str, title: str, description: str = "", **values: Any) -> GeneratedPage:
        tabs = self._tabs()
        head = front_matter(title, description, ordlab={"kind": view}, hide=["toc"])
        markdown = self._render(f"{view}.md.jinja", tabs=tabs, **values)
        return stash_html(f"{VIEWS[view]}/index.md", head, markdown)

    def _render(self, template: str, **values: Any) -> str:
        return _environment().get_template(template).render(text=self._words, **values)


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


def concept_path(id: str) -> str:
    """Where the docs folder would hold a concept's page."""
    return f"glossary/{id}/index.md"


def letter_anchor(letter: str) -> str:
    names = {order.OTHER: "other", order.LATIN_IN_CHINESE: "latin"}
    return f"letter-{names.get(letter, letter.lower())}"


def still_address(demo: Demo) -> str:
    """Where the site keeps a demo's still."""
    return f"assets/demos/{demo.name}{demo.still.suffix}"


def front_matter(title: str, description: str = "", **meta: Any) -> str:
    """YAML head of a page. Themes print title and description as HTML, so they are escaped here."""
    head = {"title": escape(title), **({"description": escape(description)} if description else {}), **meta}
    dumped = yaml.dump(head, Dumper=yaml.CSafeDumper, allow_unicode=True, sort_keys=False, width=10_000)
    return f"---\n{dumped}---\n"


def markdown_text(text: str) -> Markup:
    """Text as Markdown that shows exactly that text, also where an extension gives a character a meaning."""

    def escaped(match: re.Match[str]) -> str:
        return f"\\{match[0]}" if match[0] in r"\`*_{}[]()#+-.!>" else f"&#{ord(match[0])};"

    return Markup(re.sub(r"""[\\`*_{}\[\]()#+\-.!>&<|~^=:$"']""", escaped, one_line(text)))


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


@cache
def _environment() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
        auto_reload=False,
    )
