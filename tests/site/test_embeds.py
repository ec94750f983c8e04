"""Demos that pages written by hand ask for."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

from glossary import embeds
from glossary.load import load
from tests.glossary.test_load import SOUND, write

ASKED = '# Front page\n\n<div class="demo" data-demo="{}"></div>\n\nAfter.\n'
DEMOS: Any = {"latent_space": object(), "generator": object()}


def fill(name: str, demos: Any = DEMOS) -> tuple[str, list[tuple[int, str, str]]]:
    faults: list[tuple[int, str, str]] = []
    made = embeds.fill(
        ASKED.format(name),
        "demo",
        demos,
        lambda name: f"<div>{name}</div>" if name in demos else "",
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
    made = embeds.fill(asked, "quiz", {}, lambda name: "never", lambda *fault: faults.append(fault))
    assert made == asked
    assert faults == [(1, "there is no quiz “before”", "remove the quiz")]


def test_a_site_without_demos_keeps_the_empty_element() -> None:
    assert fill("generator", demos={}) == (ASKED.format("generator"), [])


def test_only_a_line_of_its_own_asks_for_a_demo() -> None:
    quoted = '`<div class="demo" data-demo="generator"></div>` is how.\n'
    assert embeds.fill(quoted, "demo", DEMOS, lambda name: "never", lambda *fault: None) == quoted


def test_a_demo_must_name_every_concept_that_shows_it(tmp_path: Path) -> None:
    files = {
        name: SOUND[name].replace("subject: models", "subject: models\ndemo: gan")
        for name in ("terms/generator.yml", "terms/discriminator.yml")
    }
    termbase = load(write(tmp_path, files))
    demo: Any = SimpleNamespace(name="gan", folder=tmp_path / "demos" / "gan", terms=("generator",))
    (problem,) = embeds.check(termbase, {"gan": demo}, ["gan"])
    assert (problem.code, problem.id, problem.line, problem.key) == ("S004", "discriminator", 2, "demo")
    assert problem.message == "the demo “gan” does not name this concept among its terms"
    assert problem.fix.startswith("add discriminator to `terms` in ")
    demo.terms = ("generator", "discriminator")
    assert list(embeds.check(termbase, {"gan": demo}, ["gan"])) == []


def test_an_example_in_code_asks_for_nothing() -> None:
    line = '<div class="demo" data-demo="generator"></div>'
    source = f"```html\n{line}\n```\n\n{line}\n\n~~~\n\n{line}\n~~~\n"
    made = embeds.fill(source, "demo", DEMOS, lambda name: "<p>live</p>", lambda *fault: None)
    assert made == f"```html\n{line}\n```\n\n<p>live</p>\n\n~~~\n\n{line}\n~~~\n"
