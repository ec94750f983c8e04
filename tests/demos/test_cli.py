"""The command line: exit codes, messages, and what stopping does."""

import json
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from demos import __main__ as cli
from demos.kit.training import Progress
from demos.kit.weights import Card, Metric, WeightsError, save_weights, write_card


def card(value: float, demo: str = "gan") -> Card:
    return Card(demo, {}, 1234, 7, 10, 0.5, "cpu", metrics={"recall": Metric(value, 0.4, "higher")})


class FakeTrainer:
    """Stands where a train module does; writes a card with the given recall."""

    SMOKE = "smoke recipe"
    FURTHER = "recipe for training on"

    def __init__(self, value: float) -> None:
        self.value = value
        self.options: dict[str, object] = {}

    def train(self, **options: object) -> Iterator[Progress]:
        self.options = options
        yield Progress(1, 2, 0.1, {"loss": 1.0})
        folder = options["out"]
        assert isinstance(folder, Path)
        save_weights(folder, {})
        write_card(folder, card(self.value))
        yield Progress(2, 2, 0.2, {}, "measuring")


@pytest.mark.parametrize(("value", "code"), [(0.5, 0), (0.3, 1)])
def test_exit_code_of_training_says_whether_bars_are_met(tmp_path, monkeypatch, capsys, value, code):
    monkeypatch.setattr(cli, "module", lambda demo, part: FakeTrainer(value))
    assert cli.main(["train", "gan", "--out", str(tmp_path)]) == code
    assert ("✓" if code == 0 else "✗") + " recall" in capsys.readouterr().out


def test_smoke_takes_the_small_recipe_and_leaves_the_shipped_weights_alone(monkeypatch):
    trainer = FakeTrainer(0.5)
    monkeypatch.setattr(cli, "module", lambda demo, part: trainer)
    cli.main(["train", "gan", "--smoke", "--seed", "3", "--minutes", "2"])
    assert trainer.options["recipe"] == "smoke recipe"
    assert trainer.options["seed"] == 3
    assert trainer.options["minutes"] == 2
    assert not Path(str(trainer.options["out"])).is_relative_to(cli.HERE)


def test_published_weights_are_trained_on_where_a_recipe_says_how(tmp_path, monkeypatch, capsys):
    trainer = FakeTrainer(0.5)
    monkeypatch.setattr(cli, "module", lambda demo, part: trainer)
    assert cli.main(["train", "gan", "--further", "--out", str(tmp_path)]) == 0
    assert trainer.options["recipe"] == "recipe for training on"
    assert Path(str(trainer.options["work"])).name == "gan-further-0"
    monkeypatch.delattr(FakeTrainer, "FURTHER")
    assert cli.main(["train", "gan", "--further", "--out", str(tmp_path)]) == 2
    assert "gan has no recipe for training on" in capsys.readouterr().err


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_training_between_two_steps_and_says_how_to_go_on(monkeypatch, capsys, number):
    closed: list[int] = []

    class Stopped(FakeTrainer):
        def train(self, **options: object) -> Iterator[Progress]:
            try:
                for step in range(1, 5):
                    if step == 2:
                        signal.raise_signal(number)
                    yield Progress(step, 4, 0.1, {})
            finally:
                closed.append(step)

    monkeypatch.setattr(cli, "module", lambda demo, part: Stopped(0.5))
    before = signal.getsignal(number)
    assert cli.main(["train", "gan", "--seed", "5", "--further", "--out", "a b"]) == 130
    assert closed == [2]
    assert "train gan --further --seed 5 --out 'a b' --resume" in capsys.readouterr().err
    assert signal.getsignal(number) is before


@pytest.mark.parametrize(
    "arguments",
    [
        ["train", "no-such-demo"],
        ["train", "gan", "--minutes", "0"],
        ["avatars", "out.png", "--count", "0"],
        [],
    ],
)
def test_wrong_arguments_are_refused_with_usage(arguments, capsys):
    with pytest.raises(SystemExit) as caught:
        cli.main(arguments)
    assert caught.value.code == 2
    assert "usage:" in capsys.readouterr().err


class FakeEvaluation:
    def __init__(self, value: float | None) -> None:
        self.value = value

    def evaluate(self) -> dict[str, Metric]:
        if self.value is None:
            raise WeightsError("model.safetensors is missing: train it.")
        return {"recall": Metric(self.value, 0.4, "higher")}


def test_evaluate_prints_json_with_bar_and_pass(monkeypatch, capsys):
    monkeypatch.setattr(cli, "module", lambda demo, part: FakeEvaluation(0.5))
    assert cli.main(["evaluate", "gan", "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out) == {
        "gan": {"recall": {"value": 0.5, "bar": 0.4, "better": "higher", "pass": True}}
    }


def test_evaluate_tells_a_missed_bar_from_missing_weights_and_a_wrong_name(monkeypatch, capsys):
    monkeypatch.setattr(cli, "module", lambda demo, part: FakeEvaluation(0.1))
    assert cli.main(["evaluate", "gan"]) == 1
    assert "✗ recall" in capsys.readouterr().out
    monkeypatch.setattr(cli, "module", lambda demo, part: FakeEvaluation(None))
    assert cli.main(["evaluate", "gan"]) == 2
    assert capsys.readouterr().err == "model.safetensors is missing: train it.\n"
    assert cli.main(["evaluate", "gna"]) == 2
    assert "gna" in capsys.readouterr().err


def test_avatars_draws_a_sheet_that_the_seed_fixes(tmp_path):
    paths = [tmp_path / name for name in ("a.png", "b.png", "c.png")]
    for path, seed in zip(paths, (7, 7, 8), strict=True):
        assert cli.main(["avatars", str(path), "--count", "6", "--size", "32", "--seed", str(seed)]) == 0
    assert Image.open(paths[0]).size == (3 * 32, 2 * 32)
    assert paths[0].read_bytes() == paths[1].read_bytes()
    assert paths[0].read_bytes() != paths[2].read_bytes()


def test_everything_with_a_train_module_can_be_trained():
    assert {"gan", "judge"} <= set(cli.trainable())
