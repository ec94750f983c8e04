"""What every page of the glossary may hold: panels, chips, cards, and links from where it is."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import jinja2
from markupsafe import Markup

from .. import drawing, fallback, numbers
from ..addresses import relative
from ..demos import Demo
from ..fallback import Shown
from ..languages import direction
from ..model import NO_SUBJECT, Concept, Language, Subject, Term
from ..site_text import Words
from ..yamlfile import BorrowedText
from .markup import unique, webp_size
from .site import TEMPLATES, VIEWS, Chip, Site, Use, still_address


@dataclass(frozen=True)
class PageMaker:
    """Makes what stands on one page: it knows the page's language, and its address for relative links."""

    site: Site
    lang: str
    address: str

    # Parts that hand-written pages get too

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
        cards = [self._card_of(self.site.termbase.concepts[id]) for id in ids]
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
            attributes=self._attributes_of(figure.alt[self.lang]),
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

    def borrowed_page(self, html: str, lang: str) -> str:
        """A page that was written in another language, marked as such."""
        language = self.site.termbase.languages[lang]
        attributes = self.attributes(lang)
        return self._render(
            "borrowed.html.jinja", name=language.name, attributes=attributes, html=Markup(html)
        )

    def link(self, target: str) -> str:
        return relative(target, self.address)

    def concept_link(self, id: str) -> str:
        return self.link(self.site.addresses.concept(self.lang, id))

    def integer(self, count: int) -> str:
        """A number as the page's language writes it."""
        return numbers.integer(count, numbers.locale_of(self._language))

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

    def _shown(self, concept: Concept) -> Shown:
        return fallback.shown(self.site.termbase, concept, self.lang)

    def _label(self, id: str) -> str:
        return self._name(id)[0]

    def _name(self, id: str) -> tuple[str, str]:
        """A concept's name and the language that it is in."""
        return fallback.name_of(self.site.termbase, self.site.termbase.concepts[id], self.lang)

    def _named(self, id: str) -> dict[str, Any]:
        """A concept as a link shows it."""
        label, lang = self._name(id)
        return {"id": id, "label": label, "href": self.concept_link(id), "attributes": self.attributes(lang)}

    def _subject_label(self, subject: Subject) -> dict[str, Any]:
        if subject is NO_SUBJECT:
            return {"label": self._words["no-subject"], "attributes": Markup()}
        label, lang = fallback.label_of(self.site.termbase, subject, self.lang)
        return {"label": label, "attributes": self.attributes(lang)}

    def phrase(self, shown: Shown, part: str) -> Markup:
        """A concept's definition or summary without links."""
        return self.site.phrases.html(getattr(shown.entry, part), shown.lang_of(part))

    def attributes(self, lang: str, *, always: bool = False) -> Markup:
        """What HTML must say of an element in this language: nothing, where it is the page's."""
        language = self.site.termbase.languages.get(lang)
        if language is None or (lang == self.lang and not always):
            return Markup()
        turned = direction(language) != direction(self._language)
        return Markup(' lang="{}"').format(language.html) + (
            Markup(' dir="{}"').format(direction(language)) if turned else ""
        )

    def _borrowed(self, shown: Shown, part: str) -> dict[str, Any] | None:
        """The language that a part of a page is in, if that is not the page's."""
        if part not in shown.borrowed:
            return None
        language = self.site.termbase.languages[shown.lang_of(part)]
        return {"code": language.code, "name": language.name, "attributes": self.attributes(language.code)}

    def _card_of(self, concept: Concept) -> dict[str, Any]:
        shown = self._shown(concept)
        term = shown.entry.preferred
        return {
            "id": concept.id,
            "term": term,
            "grammar": "" if "terms" in shown.borrowed else self.grammar(term),
            "attributes": self.attributes(shown.lang_of("terms")),
            "definition": self.phrase(shown, "definition"),
            "definition_attributes": self.attributes(shown.lang_of("definition")),
            "equivalents": list(self._equivalents(concept, shown.lang_of("terms"))),
            "href": self.concept_link(concept.id),
        }

    def _equivalents(self, concept: Concept, *but: str) -> Iterator[dict[str, Any]]:
        """The concept's names in the other languages that have one, but for some."""
        for code, language in self.site.termbase.languages.items():
            entry = concept.named_in(code)
            if code in (self.lang, *but) or entry is None:
                continue
            built = code in self.site.addresses.languages
            yield {
                "lang": code,
                "html": language.html,
                "attributes": self.attributes(code),
                "name": language.name,
                "term": entry.preferred,
                "href": self.link(self.site.addresses.concept(code, concept.id)) if built else "",
            }

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

    def _term_set(self) -> dict[str, str]:
        """The glossary in this language as schema.org's DefinedTermSet."""
        return {
            "@type": "DefinedTermSet",
            "name": " – ".join(filter(None, (self.site.name, self._words["glossary"]))),
            "inLanguage": self._language.html,
            "url": self._published(self.site.addresses.glossary(self.lang)),
        }

    def _published(self, target: str) -> str:
        """An address for machines: in full where the site's is known, else relative to the page."""
        return posixpath.join(self.site.url, target) if self.site.url else self.link(target)

    def _tabs(self) -> list[tuple[str, str]]:
        page = self.site.addresses.glossary
        views = {key: name for key, name in VIEWS.items() if key != "downloads" or self.site.downloads}
        return [(key, self.link(page(self.lang, name))) for key, name in views.items()]

    def _view_title(self, view: str) -> str:
        return f"{self._words['glossary']} · {self._words[view]}"

    def _attributes_of(self, text: str) -> Markup:
        return self.attributes(text.lang) if isinstance(text, BorrowedText) else Markup()

    def localized(self, text: str) -> str:
        """A text of a quiz, figure or demo; marked, if another language lends it."""
        if not isinstance(text, BorrowedText):
            return text
        return Markup("<span{}>{}</span>").format(self.attributes(text.lang), str(text))

    def in_markdown(self, text: str) -> str:
        """What a demo's preset says, which is Markdown in one line; marked, if another language lends it."""
        if not isinstance(text, BorrowedText):
            return self.site.phrases.html(text, self.lang)
        html = self.site.phrases.html(str(text), text.lang)
        return Markup("<span{}>{}</span>").format(self.attributes(text.lang), html)

    def _render(self, template: str, **values: Any) -> str:
        shared = {
            "text": self._words,
            "integer": self.integer,
            "localized": self.localized,
            "in_markdown": self.in_markdown,
        }
        return _environment().get_template(template).render(**shared, **values)


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
