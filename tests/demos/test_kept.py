"""What is kept is made once, and made again when anything that it is made of has changed."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import Tensor

from demos.data.avatars.dataset import features
from demos.kit.kept import digest, kept


def test_it_is_made_once(tmp_path: Path) -> None:
    made = {"a": torch.arange(6).reshape(2, 3).T, "b": torch.tensor(1.5)}
    first = kept(tmp_path / "deep" / "some.safetensors", lambda: made)
    again = kept(tmp_path / "deep" / "some.safetensors", lambda: pytest.fail("made again"))
    for found in (first, again):
        assert all(torch.equal(found[name], x) for name, x in made.items())


def test_a_digest_changes_with_tensors_texts_and_files(tmp_path: Path) -> None:
    path = tmp_path / "net"
    path.write_bytes(b"1")
    tensor = torch.tensor([1, 2])
    found = {digest(parts) for parts in ([tensor, path], [tensor, "1 "], [tensor.flip(0), path])}
    path.write_bytes(b"2")
    assert len(found | {digest([tensor, path])}) == 4
    assert digest([torch.tensor([[1, 2], [3, 4]]).T]) == digest([torch.tensor([[1, 3], [2, 4]])])


def test_features_are_those_of_these_pictures_and_this_net(tmp_path: Path) -> None:
    """As many pictures that are others must not get the features of the first."""
    path, calls = tmp_path / "net.safetensors", list[int]()
    path.write_bytes(b"1")

    def look(pictures: Tensor) -> Tensor:
        calls.append(len(pictures))
        return pictures.mean((2, 3))

    pictures = torch.randint(256, (300, 3, 4, 4), dtype=torch.uint8)
    seen = features(look, path, pictures, tmp_path)
    assert torch.allclose(seen, pictures.float().mean((2, 3)) / 127.5 - 1, atol=1e-5)
    assert torch.equal(features(look, path, pictures, tmp_path), seen)
    assert calls == [250, 50]
    assert not torch.equal(features(look, path, 255 - pictures, tmp_path), seen)
    path.write_bytes(b"2")
    features(look, path, pictures, tmp_path)
    assert len(calls) == 6
