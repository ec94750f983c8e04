"""Pages for those who look after the termbase: the state of the translations, and the rules."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from . import staleness
from .fallback import name_of
from .languages import has_gender, has_pinyin
from .lint import reference
from .model import Language
from .pages import GeneratedPage, PageMaker, Site, front_matter, stash_html
from .staleness import Coverage, State

# The parts of a coverage bar, and what fills them where there is no style sheet.
FILLS = {
    State.CURRENT: "currentColor",
    State.STALE: "url(#ol-hatch)",
    State.UNCHECKED: "none",
    State.MISSING: "none",
}
MAX_WAITING = 100  # concepts that the page names one by one


def generate(site: Site, lang: str) -> Iterator[GeneratedPage]:
    """The reports in one language."""
    for name in ("coverage", "rules"):
        maker = ReportMaker(site, lang, site.addresses.glossary(lang, name))
        yield getattr(maker, name)()


class ReportMaker(PageMaker):
    """Makes a report; like every page, it knows its language and its address."""

    def coverage(self) -> GeneratedPage:
        """How far each language is, as a chart and as the table behind it."""
        termbase = self.site.termbase
        reports = list(staleness.coverage(termbase))
        return self._report(
            "coverage",
            reference=termbase.languages[termbase.reference_language],
            bars=list(map(self._bar, reports)),
            legend=[{"state": state, "fill": fill} for state, fill in FILLS.items()],
            columns=("language", "concepts", "translated", *FILLS, "no-pinyin", "no-gender"),
            rows=list(map(self._row, reports)),
            waiting=[group for report in reports for group in self._waiting(report)],
        )

    def rules(self) -> GeneratedPage:
        """Every code that a command may print, with what to do about it and an example."""
        groups = [
            {"series": series, "rules": list(map(self._rule, described))}
            for series, described in reference.by_series()
        ]
        return self._report("rules", groups=groups)

    def _report(self, name: str, **values: Any) -> GeneratedPage:
        head = front_matter(self._words[name], ordlab={"kind": name}, hide=["toc"], search={"exclude": True})
        path = self.site.addresses.source(name)
        return stash_html(path, head, self._render(f"{name}.md.jinja", **values))

    # The state of the translations

    def _bar(self, report: Coverage) -> dict[str, Any]:
        """One language's bar: its parts side by side, in percent of all concepts."""
        parts: list[dict[str, Any]] = []
        start = 0.0
        for state, fill in FILLS.items():
            width = 100 * len(_in_state(report, state)) / max(1, report.concepts)
            if width:
                parts.append(
                    {"state": state, "fill": fill, "start": round(start, 3), "width": round(width, 3)}
                )
            start += width
        filled = {part["state"]: len(_in_state(report, part["state"])) for part in parts}
        current = len(_in_state(report, State.CURRENT))
        counts = (
            f"{self._words[f'coverage-{state}']} {self.integer(count)}" for state, count in filled.items()
        )
        return {
            "name": report.language.name,
            "html": report.language.html,
            "parts": parts,
            "share": f"{self.integer(current)} / {self.integer(report.concepts)}",
            "label": report.language.name + self._words["comma"] + self._words["enumeration"].join(counts),
        }

    def _row(self, report: Coverage) -> dict[str, Any]:
        pinyin = len(report.without_pinyin) if has_pinyin(report.language) else "–"
        gender = len(report.without_gender) if has_gender(report.language) else "–"
        states: list[int | str] = [len(_in_state(report, state)) for state in FILLS]
        if report.is_reference:
            states[:3] = "–––"
        return {
            "name": report.language.name,
            "html": report.language.html,
            "numbers": [report.concepts, report.translated, *states, pinyin, gender],
        }

    def _waiting(self, report: Coverage) -> Iterator[dict[str, Any]]:
        """The concepts of a language that ask for a translator, by state."""
        language = report.language
        for state in (State.STALE, State.UNCHECKED, State.MISSING):
            if ids := report.of(state):
                yield {
                    "title": f"{language.name} · {self._words[f'coverage-{state}']}",
                    "anchor": f"{language.code}-{state}",
                    "html": language.html,
                    "concepts": [self._waiting_concept(id, language) for id in ids[:MAX_WAITING]],
                    "left_out": max(0, len(ids) - MAX_WAITING),
                }

    def _waiting_concept(self, id: str, language: Language) -> dict[str, Any]:
        built = language.code in self.site.addresses.languages
        href = self.link(self.site.addresses.concept(language.code, id)) if built else ""
        name, lang = name_of(self.site.termbase, self.site.termbase.concepts[id], language.code)
        return {"label": name, "href": href, "attributes": self.attributes(lang, always=True)}

    # The rules

    def _rule(self, description: reference.Description) -> dict[str, str]:
        lang = description.language(self.lang)
        html = self.site.termbase.languages[lang].html if lang in self.site.termbase.languages else lang
        return {
            "code": description.code,
            "text": description.texts[lang],
            "fix": description.fixes[lang],
            "html": html,
            "bad": description.bad,
            "good": description.good,
        }


def _in_state(report: Coverage, state: State) -> tuple[str, ...]:
    """Ids in a state of the chart, where the reference language's own text is always current."""
    return report.of(state) + (report.of(State.REFERENCE) if state is State.CURRENT else ())
