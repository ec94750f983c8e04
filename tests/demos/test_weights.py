"""Weights come back as they were stored, and damage is named in one sentence."""

import json
from pathlib import Path

import pytest
import torch

from demos.kit.weights import (
    Card,
    Metric,
    WeightsError,
    load_into,
    load_weights,
    loaded,
    part,
    prefixed,
    read_card,
    save_weights,
    shipped,
    write_card,
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A weights folder with two files and a card that fits them."""
    folder = tmp_path / "gan" / "weights"
    model = torch.nn.Linear(3, 2)
    files = {
        "model.safetensors": save_weights(folder, model.state_dict()),
        "extra.safetensors": save_weights(folder, {"steps": torch.tensor([1, 2])}, "extra"),
    }
    card = Card("gan", {}, 8, 7, 1, 0.1, "cpu", sha256=files["model.safetensors"], files=files)
    card.metrics = {"recall": Metric(0.5, 0.4, "higher"), "fid": Metric(50.0, 45.0, "lower")}
    write_card(folder, card)
    return folder


def test_stored_in_half_precision_loaded_in_single(folder):
    tensors = load_weights(folder)
    assert {x.dtype for x in tensors.values()} == {torch.float32}
    assert torch.equal(tensors["weight"], tensors["weight"].half().float())
    assert load_weights(folder, "extra")["steps"].tolist() == [1, 2]


def test_a_net_is_loaded_as_it_is_shipped(tmp_path: Path) -> None:
    net = torch.nn.Sequential(torch.nn.Linear(3, 2), torch.nn.BatchNorm1d(2))
    copied = shipped(net)
    assert not torch.equal(copied[0].weight, net[0].weight), "rounded, and the net itself is as before"
    assert net.training
    sha256 = save_weights(tmp_path, net.state_dict(), "b")
    write_card(tmp_path, Card("b", {}, 8, 7, 1, 0.1, "cpu", files={"b.safetensors": sha256}))
    fresh = torch.nn.Sequential(torch.nn.Linear(3, 2), torch.nn.BatchNorm1d(2))
    back = loaded(fresh, tmp_path, torch.device("cpu"), "b")
    assert all(torch.equal(x, back.state_dict()[key]) for key, x in copied.state_dict().items())
    assert not back.training
    assert not any(x.requires_grad for x in back.parameters())


def test_card_survives_writing_and_knows_its_bars(folder):
    card = read_card(folder)
    assert card.metrics["recall"].met
    assert not card.metrics["fid"].met
    assert not card.met
    write_card(folder, card)
    assert read_card(folder) == card


def test_the_file_holds_the_fields_of_the_contract(folder):
    data = json.loads((folder / "card.json").read_text())
    contract = {"demo", "config", "parameters", "data_seed", "steps", "minutes", "device", "torch", "commit"}
    assert contract | {"sha256", "metrics"} <= set(data)
    assert data["metrics"]["recall"] == {"value": 0.5, "bar": 0.4, "better": "higher"}


def truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


def flip_a_bit(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)


@pytest.mark.parametrize("damage", [truncate, flip_a_bit, Path.unlink, lambda path: path.write_bytes(b"")])
@pytest.mark.parametrize("name", ["model", "extra"])
def test_damage_is_one_sentence_with_file_and_remedy(folder, name, damage):
    damage(folder / f"{name}.safetensors")
    with pytest.raises(WeightsError) as caught:
        load_weights(folder, name)
    message = str(caught.value)
    assert str(folder / f"{name}.safetensors") in message
    assert "python -m demos train gan" in message
    assert message.endswith(".")
    assert "\n" not in message


def test_a_file_that_matches_its_checksum_but_is_no_safetensors(folder):
    import hashlib

    (folder / "model.safetensors").write_bytes(b"not tensors")
    card = read_card(folder)
    card.sha256 = hashlib.sha256(b"not tensors").hexdigest()
    card.files = {}
    write_card(folder, card)
    with pytest.raises(WeightsError, match=r"model\.safetensors is not a safetensors file"):
        load_weights(folder)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"demo": "gan"}', '{"metrics": {"a": {"worth": 1}}}'])
def test_a_broken_card(folder, text):
    (folder / "card.json").write_text(text)
    with pytest.raises(WeightsError, match=r"card\.json is not a card"):
        load_weights(folder)


def test_a_missing_card(folder):
    (folder / "card.json").unlink()
    with pytest.raises(WeightsError, match=r"card\.json is missing"):
        load_weights(folder)


def test_weights_of_another_shape_are_refused(folder):
    with pytest.raises(WeightsError, match="does not fit the model's code"):
        load_into(torch.nn.Linear(4, 2), load_weights(folder), folder)


def test_prefix_and_part_are_inverse():
    tensors = {"a.b": torch.ones(1), "c": torch.zeros(1)}
    assert part(prefixed("3", tensors) | prefixed("30", {"x": torch.ones(1)}), "3") == tensors


def test_a_card_refuses_numbers_that_json_lacks(folder):
    card = read_card(folder)
    card.metrics["recall"] = Metric(float("nan"), 0.4, "higher")
    with pytest.raises(ValueError, match="not JSON compliant"):
        write_card(folder, card)
