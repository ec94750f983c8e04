"""Demos that pages written by hand ask for."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import yaml

from glossary import embeds
from glossary.load import load
from tests.glossary.test_load import write

ASKED = '# Front page\n\n<div class="demo" data-demo="{}"></div>\n\nAfter.\n'
DEMOS: Any = {"latent_space": (), "generator": ("new_seed",), "faulty": None}


def fill(name: str, demos: Any = DEMOS) -> tuple[str, list[tuple[int, str, str]]]:
    faults: list[tuple[int, str, str]] = []
    made = embeds.fill(
        ASKED.format(name),
        "demo",
        demos,
        lambda name, preset: f"<div>{name}{preset}</div>",
        lambda *fault: faults.append(fault),
    )
    return made, faults


def test_a_demo_takes_its_place_and_lines_keep_their_numbers() -> None:
    assert fill("generator") == ("# Front page\n\n<div>generator</div>\n\nAfter.\n", [])


def test_an_unknown_demo_is_a_fault_at_its_line_with_the_nearest_name() -> None:
    _, [(line, message, fix)] = fill("latent_spce")
    assert line == 3
    assert "latent_spce" in message
    assert "latent_space" in fix


def test_an_unknown_quiz_is_a_fault_even_where_there_are_none() -> None:
    faults: list[tuple[int, str, str]] = []
    asked = '<div class="quiz" data-quiz="before"></div>'
    made = embeds.fill(asked, "quiz", {}, lambda name, preset: "never", lambda *fault: faults.append(fault))
    assert made == asked
    assert faults == [(1, "there is no quiz “before”", "remove the quiz")]


def test_a_site_without_demos_keeps_the_empty_element() -> None:
    assert fill("generator", demos={}) == (ASKED.format("generator"), [])


def test_only_a_line_of_its_own_asks_for_a_demo() -> None:
    quoted = '`<div class="demo" data-demo="generator"></div>` is how.\n'
    assert embeds.fill(quoted, "demo", DEMOS, lambda name, preset: "never", lambda *fault: None) == quoted


def test_a_page_may_ask_for_a_preset() -> None:
    made, faults = fill('generator" data-preset="new_seed')
    assert (made, faults) == ("# Front page\n\n<div>generatornew_seed</div>\n\nAfter.\n", [])
    made, faults = fill('faulty" data-preset="any')
    assert ("<div>faultyany</div>" in made, faults) == (True, []), "what is wrong there is said elsewhere"


def test_an_unknown_preset_is_a_fault_with_the_nearest_name() -> None:
    _, [fault] = fill('generator" data-preset="new_sed')
    assert fault == (3, "the demo “generator” has no preset “new_sed”", "did you mean “new_seed”?")


def test_a_concept_has_one_demo_and_exists(tmp_path: Path) -> None:
    termbase = load(write(tmp_path, {}))
    demos: Any = {}
    for name, terms in {"a": "{generator: }", "b": "{generator: , discriminatr: }"}.items():
        folder = tmp_path / "demos" / "apps" / name
        folder.mkdir(parents=True)
        (folder / "demo.yml").write_text(f"title: x\nterms: {terms}\n")
        demos[name] = SimpleNamespace(name=name, folder=folder, terms=yaml.safe_load(terms), see={})
    taken, unknown = sorted(embeds.check(termbase, demos), key=lambda problem: problem.key, reverse=True)
    assert {taken.code, unknown.code} == {"S004"}
    assert (taken.id, taken.line, taken.key) == ("b", 2, "terms.generator")
    assert "already has the demo “a”" in taken.message
    assert (unknown.id, unknown.line, unknown.key) == ("b", 2, "terms.discriminatr")
    assert unknown.fix == "did you mean “discriminator”?"


def test_what_is_seen_links_to_concepts_in_words(tmp_path: Path) -> None:
    termbase = load(write(tmp_path, {}))
    folder = tmp_path / "demos" / "apps" / "a"
    folder.mkdir(parents=True)
    text = "[[generator|It]] beats [[generatr|another]]; see [[generator]]."
    (folder / "demo.yml").write_text(f"terms: {{generator: }}\nsee:\n  en: '{text}'\n")
    demo: Any = SimpleNamespace(name="a", folder=folder, terms={"generator": ""}, see={"en": text})
    unknown, wordless = embeds.check(termbase, {"a": demo})
    for problem in (unknown, wordless):
        assert (problem.code, problem.line, problem.lang, problem.key) == ("S004", 3, "en", "see.en")
    assert unknown.fix == "did you mean “generator”?"
    assert wordless.fix == "write [[generator|words]]"


def test_an_example_in_code_asks_for_nothing() -> None:
    line = '<div class="demo" data-demo="generator"></div>'
    source = f"```html\n{line}\n```\n\n{line}\n\n~~~\n\n{line}\n~~~\n"
    made = embeds.fill(source, "demo", DEMOS, lambda name, preset: "<p>live</p>", lambda *fault: None)
    assert made == f"```html\n{line}\n```\n\n<p>live</p>\n\n~~~\n\n{line}\n~~~\n"
