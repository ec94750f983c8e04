"""What stands below a demo: its sentence on what is seen, with links to terms, and its models' numbers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from html import escape
from pathlib import Path

import yaml

from demos.kit.labels import Labels
from demos.kit.languages import Language
from demos.kit.weights import Card, Metric, read_card
from glossary.demos import Demo
from glossary.embeds import TERM_LINK

TO_ROOT = "../../../"  # from /demos/<demo>/<lang>/
MEASURES = "measures.yml"  # beside a model's code: what its measures are called, in each language


def what_is_seen(labels: Labels) -> str:
    """What a demo says of what it shows, as Markdown behind a heading in bold.

    That is no “**”: behind a full-width colon, with no space before what follows, it would not end.
    """
    see = with_term_links(labels.demo.see[labels.lang], labels.language)
    return labels.sentences([f"<strong>{labels.language.word('see')}</strong>", see])


def with_term_links(text: str, language: Language) -> str:
    """Markdown in which `[[generator|the generator]]` leads to the term's page, out of the frame it stands
    in."""

    def link(found: re.Match[str]) -> str:
        id, words = found[1], found[2] or found[1].replace("-", " ")
        return (
            f'<a href="{TO_ROOT}{language.home}{language.glossary}/{id}/" target="_top">{escape(words)}</a>'
        )

    return TERM_LINK.sub(link, text)


def numbers_of(demo: Demo, labels: Labels) -> str:
    """A Markdown table for each of a demo's models: its size, its training, and how good it is by which
    bars. What has no parameters is no model."""
    models = [folder for folder in demo.weight_folders if read_card(folder).parameters]
    return "\n\n".join(table(folder, labels) for folder in models)


def table(folder: Path, labels: Labels) -> str:
    card, word = read_card(folder), labels.language.word
    rows = [
        (word("parameters"), labels.thousands(card.parameters), ""),
        (word("training"), word("minutes").format(minutes=labels.number(card.minutes, 0)), ""),
    ]
    names = measures(folder.parent)
    for key, metric in chosen(card, names).items():
        texts = names[key]
        rows.append(
            (texts.get(labels.lang, texts["en"]), labels.number(metric.value, 2), bar(metric, labels))
        )
    body = "\n".join(f"| {' | '.join(row)} |" for row in rows)
    return f"| {folder.parent.name} | | {word('bar')} |\n|---|---|---|\n{body}"


def chosen(card: Card, names: Mapping[str, Mapping[str, str]]) -> dict[str, Metric]:
    """The measures on a card that have a name for readers, in the order of the names."""
    return {key: card.metrics[key] for key in names if key in card.metrics}


def bar(metric: Metric, labels: Labels) -> str:
    """The bar, and whether it is met: with a sign and in words."""
    if metric.bar is None:
        return "–"
    sign = "≥" if metric.better == "higher" else "≤"
    verdict = labels.language.word("met" if metric.met else "missed")
    return f"{sign} {labels.number(metric.bar, 2)}: {'✓' if metric.met else '✗'} {verdict}"


@cache
def measures(folder: Path) -> Mapping[str, Mapping[str, str]]:
    path = folder / MEASURES
    if not path.is_file():
        return {}
    named: Mapping[str, Mapping[str, str]] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return named
