"""Demos that pages written by hand ask for."""

from __future__ import annotations

from typing import Any

from glossary import embeds

ASKED = '# Front page\n\n<div class="demo" data-demo="{}"></div>\n\nAfter.\n'
DEMOS: Any = {"latent_space": object(), "generator": object()}


def fill(name: str, demos: Any = DEMOS) -> tuple[str, list[tuple[int, str, str]]]:
    faults: list[tuple[int, str, str]] = []
    made = embeds.fill(
        ASKED.format(name),
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


def test_a_site_without_demos_keeps_the_empty_element() -> None:
    assert fill("generator", demos={}) == (ASKED.format("generator"), [])


def test_only_a_line_of_its_own_asks_for_a_demo() -> None:
    quoted = '`<div class="demo" data-demo="generator"></div>` is how.\n'
    assert embeds.fill(quoted, DEMOS, lambda name: "never", lambda *fault: None) == quoted
