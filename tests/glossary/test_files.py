"""Writing files whole or not at all: links, permissions, and what is no file."""

from __future__ import annotations

from pathlib import Path

import pytest

from glossary import files


def test_a_link_stays_a_link_and_permissions_stay(tmp_path: Path) -> None:
    target, link = tmp_path / "there" / "a.txt", tmp_path / "link.txt"
    files.write(target, "før")
    target.chmod(0o640)
    link.symlink_to(target)
    files.write(link, b"etter\r\n")
    assert (link.is_symlink(), target.read_bytes(), target.stat().st_mode & 0o777) == (
        True,
        b"etter\r\n",
        0o640,
    )
    assert [path.name for path in target.parent.iterdir()] == ["a.txt"]


@pytest.mark.parametrize("count", [1, 100])
def test_new_content_is_on_the_disk_before_it_takes_its_place(
    count: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []
    monkeypatch.setattr(files.os, "fsync", lambda handle: done.append("flushed"))
    monkeypatch.setattr(files.os, "sync", lambda: done.append("flushed"))
    monkeypatch.setattr(Path, "replace", lambda new, target: done.append("replaced"))
    files.write_all({tmp_path / str(number): "a" for number in range(count)})
    assert done == ["flushed", *["replaced"] * count]


@pytest.mark.parametrize("place", ["", "/dev/null"])
def test_what_is_no_file_is_left_alone(place: str, tmp_path: Path) -> None:
    with pytest.raises(OSError, match="this is no file"):
        files.write_all({tmp_path / "a": "a", Path(place or tmp_path): "b"})
    assert list(tmp_path.iterdir()) == []


def test_a_fault_names_the_file_that_was_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(**_: object) -> None:
        raise PermissionError(13, "Permission denied", "/tmp/.a.xyz")

    monkeypatch.setattr(files.tempfile, "mkstemp", refuse)
    with pytest.raises(PermissionError) as error:
        files.write(tmp_path / "a", "")
    assert error.value.filename == str(tmp_path / "a")
