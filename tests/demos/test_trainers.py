"""What every trainer of a single run promises: it can be interrupted, takes the same steps when resumed, and
leaves a card and weights that load. What is particular to a model is tested with that model."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import torch
from torch import Tensor

from demos.apps.pixel_cnn import train as pixel_cnn
from demos.apps.pixel_cnn.model import load_net as load_pixel_net
from demos.apps.style_transfer import train as style_transfer
from demos.apps.style_transfer.model import load_net as load_style_net
from demos.data.avatars.factors import CATEGORICAL, CONTINUOUS
from demos.kit.training import Budget
from demos.kit.weights import read_card
from demos.models.captioner import train as captioner
from demos.models.captioner.captions import start
from demos.models.captioner.model import Captioner, load_captioner
from demos.models.face_swap import train as face_swap
from demos.models.face_swap.model import load_swap
from demos.models.fake_detector import train as fake_detector
from demos.models.fake_detector.model import load_detector
from demos.models.judge import train as judge
from demos.models.judge.model import load_judge
from demos.models.sentiment import train as sentiment
from demos.models.sentiment.model import load_nets
from demos.models.tagger import train as tagger
from demos.models.tagger.model import load_tagger
from demos.models.watermark import train as watermark
from demos.models.watermark.attacks import ATTACKS
from demos.models.watermark.model import load_watermark
from tests.demos.kit import check_resuming
from tests.serving import ROOT

CPU = torch.device("cpu")
MEASURING = sorted(ROOT.glob("demos/*/*/evaluate.py"))
PICTURE = torch.zeros(1, 3, 64, 64)


@dataclass(frozen=True)
class Case:
    """A trainer, its smallest recipe, some of the metrics on its card, and what a loaded net gives."""

    module: ModuleType
    recipe: Any
    metrics: set[str]
    use: Callable[[Path], Tensor]


def captioned(net: Captioner) -> Tensor:
    """The logits of a first word."""
    return net(net.look(PICTURE), torch.tensor([[start("nb")]]))[0]


CASES: Mapping[str, Case] = {
    "captioner": Case(
        captioner,
        captioner.CaptionerTraining(steps=2, batch=4, portraits=40, held_out=6, known=40),
        {"accuracy.nb", "named.en", "new.zh", "beam.nb", "most_frequent", "nearest"},
        lambda out: captioned(load_captioner(CPU, out)),
    ),
    "face_swap": Case(
        face_swap,
        face_swap.SwapTraining(steps=2, batch=2, pictures=4, held_out=1),
        {"psnr.own", "psnr.swapped", "kept.smile", "taken.iris"},
        lambda out: load_swap(CPU, out)(PICTURE, torch.tensor([0])),
    ),
    "fake_detector": Case(
        fake_detector,
        fake_detector.DetectorTraining(steps=2, batch=12, portraits=40, pictures=6, redrawn=8, held_out=6),
        {"auc.swap", "right.swap", "auc.diffusion"},
        lambda out: load_detector(CPU, out)(PICTURE),
    ),
    "judge": Case(
        judge,
        judge.JudgeTraining(steps=2, batch=8, portraits=40, held_out=60),
        {f"accuracy.{name}" for name in CATEGORICAL} | {f"r2.{name}" for name in CONTINUOUS},
        lambda out: load_judge(CPU, out).features(PICTURE),
    ),
    "pixel_cnn": Case(
        pixel_cnn,
        pixel_cnn.PixelTraining(steps=2, batch=2, portraits=4, palette_from=4, held_out=4, samples=4),
        {"bits_per_pixel", "palette_psnr", "avatar_fid"},
        lambda out: load_pixel_net(CPU, out)(torch.zeros(1, 16, 16, dtype=torch.long)),
    ),
    "sentiment": Case(
        sentiment,
        sentiment.SentimentTraining(steps=2, batch=4, sentences=9, measured=30),
        {"accuracy.nb.gru", "order.en.bag", "by_hand.zh.gru"},
        lambda out: load_nets(CPU, out).gru(torch.tensor([[2, 3]]))[0],
    ),
    "style_transfer": Case(
        style_transfer,
        style_transfer.StyleTraining(steps=2, batch=2, portraits=4, textures=4, held_out=2),
        {"content_loss", "style_loss"},
        lambda out: load_style_net(CPU, out)(PICTURE, PICTURE, torch.ones(1)),
    ),
    "tagger": Case(
        tagger,
        tagger.TaggerTraining(steps=2, batch=4, documents=8, measured=3),
        {"gaps.nb.both", "gaps.en.longest", "signs.zh.forward", "prose.zh.counted"},
        lambda out: load_tagger(CPU, out)(torch.tensor([[6, 7]])).both,
    ),
    "watermark": Case(
        watermark,
        watermark.WatermarkTraining(steps=2, batch=len(ATTACKS), portraits=40, held_out=4, unmarked=6),
        {"psnr", "bits.none", "found.jpeg_50", "false_positives"},
        lambda out: load_watermark(CPU, out).patterns(),
    ),
}


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("portraits")


@pytest.fixture(autouse=True)
def few_portraits(drawn: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Draw no more portraits than are needed, and each once for all trainers."""
    monkeypatch.setattr("demos.data.avatars.dataset.CACHE", drawn)
    monkeypatch.setattr("demos.data.avatars.dataset.SHARD", 60)


@pytest.mark.parametrize("name", CASES)
def test_an_interrupted_training_goes_on_from_disk_and_leaves_weights_that_load(
    name: str, tmp_path: Path
) -> None:
    case = CASES[name]
    options = {"out": tmp_path / name / "weights", "work": tmp_path / "work", "device": CPU}
    begun = case.module.train(case.recipe, **options)
    assert [progress.step for progress in islice(begun, 1)] == [1]
    begun.close()
    rest = list(case.module.train(case.recipe, resume=True, **options))
    assert [(progress.step, progress.note) for progress in rest] == [(2, ""), (2, "measuring")]
    assert all(loss == loss for loss in rest[0].losses.values())
    card = read_card(tmp_path / name / "weights")
    assert (card.demo, card.steps) == (name, 2)
    assert case.metrics <= card.metrics.keys()
    assert case.use(tmp_path / name / "weights").isfinite().all()


@pytest.mark.parametrize("name", CASES)
def test_a_resumed_run_takes_the_same_steps(name: str) -> None:
    case = CASES[name]
    check_resuming(lambda: case.module.begin(case.recipe, Budget(4), CPU, 5))


@pytest.mark.parametrize("path", MEASURING, ids=lambda path: path.parent.name)
def test_measuring_knows_nothing_of_training(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    modules = [node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    assert not [module for module in modules if re.search(r"\.train(_\w+)?$", module)]
