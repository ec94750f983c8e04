"""What the generator demo answers."""

from __future__ import annotations

from typing import Any

import pytest

from demos.apps.generator import app
from demos.models.gan.pretrained import checkpoints
from tests.demos.kit import answer, differ, pixels, words


def ask(**changed: Any) -> dict[str, Any]:
    return answer("generator", **{"seed": 5, "portrait": 2, **changed})


@pytest.mark.parametrize(
    "other", [{"seed": 6}, {"portrait": 3}, {"truncation": 0.3}, {"training": 1}], ids=str
)
def test_every_control_changes_the_portrait(other: dict[str, Any]) -> None:
    before, after = (pixels(shown["flow"])[:, -256:] for shown in (ask(), ask(**other)))
    assert abs(before - after).mean() > 2


def test_truncation_0_gives_everyone_the_same_face() -> None:
    def second_row(**changed: Any) -> list[Any]:  # without the frame
        sheet = pixels(ask(portrait=1, **changed)["samples"])
        return [sheet[136:264, x : x + 128] for x in range(0, sheet.shape[1], 136)]

    first, *others = second_row(truncation=0.0)
    assert max(abs(first - tile).mean() for tile in others) < 0.5
    first, *others = second_row(truncation=1.0)
    assert min(abs(first - tile).mean() for tile in others) > 2


def test_the_noise_stays_while_the_generator_learns() -> None:
    early, late = (pixels(ask(training=index)["flow"])[:, :256] for index in (0, app.LAST))
    assert (early == late).all()


def test_the_history_ends_with_what_the_finished_generator_makes() -> None:
    shown = ask(portrait=1)
    last = pixels(shown["history"])[8:120, -120:-8]  # inside the frames
    assert abs(last - pixels(shown["samples"])[8:120, 8:120]).mean() < 1.5


def test_the_facts_are_those_of_the_card() -> None:
    labels = words("generator", "nb")
    for checkpoint in checkpoints():
        facts = app.facts(labels, checkpoint.index)
        assert labels.number(checkpoint.metrics["avatar_fid"]) in facts
        assert labels.number(checkpoint.minutes) in facts or not checkpoint.steps
        assert "." not in facts.replace(". ", "").rstrip("."), "decimal comma"


def test_a_click_chooses_the_portrait_under_it() -> None:
    chosen = app.choose((3 * 136 + 10, 136 + 10), {})
    assert chosen == {"portrait": 10}
    assert differ(ask(**chosen)["flow"], ask(portrait=2)["flow"]) > 2


def test_what_a_control_has_no_part_in_is_not_made_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Moving the training slider makes neither the history nor what was on screen before."""
    asked: list[str] = []

    def counting(function: Any, /, **inputs: Any) -> Any:
        asked.append(function.body.__name__)
        return app_direct(function, **inputs)

    from demos.kit.functions import direct as app_direct

    labels = words("generator", "nb")
    state = {"seed": 77, "portrait": 4, "truncation": 1.1, "training": app.LAST}
    app.answer(counting, labels, **state)
    assert sorted(asked) == ["generate", "generate_history"]
    asked.clear()
    app.answer(counting, labels, **state | {"training": 2})
    assert asked == ["generate"]
    asked.clear()
    app.answer(counting, labels, **state)
    app.answer(counting, labels, **state | {"training": 2})
    assert asked == []
