"""YAML → format → YAML changes nothing: for the repository's termbase and for those Hypothesis makes."""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from glossary import edits
from glossary.exchange import FORMATS, plain, yaml_files
from glossary.exchange.merge import import_file
from glossary.load import load
from glossary.model import Termbase
from tests.glossary.strategies import termbases

GLOSSARY = Path(__file__).parents[2] / "glossary"
EACH_FORMAT = pytest.mark.parametrize("name", FORMATS)


def write_yaml(folder: Path, data: dict[str, Any]) -> Path:
    """The termbase as a folder of YAML files, written as JSON, which YAML includes: not by what is tested."""
    files = {part: data[part] for part in ("languages", "subjects", "sources", "extra") if data.get(part)}
    files |= {f"terms/{id}": concept for id, concept in data["concepts"].items()}
    for name, content in files.items():
        text = json.dumps(content, ensure_ascii=False)
        text = re.sub("[\x85\u2028\u2029\ufeff]", lambda found: f"\\u{ord(found[0]):04x}", text)
        path = folder / f"{name}.yml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
    return folder


@contextmanager
def as_termbase(made: dict[str, Any]) -> Iterator[Termbase]:
    """A termbase made by Hypothesis, loaded."""
    with tempfile.TemporaryDirectory() as folder:
        yield load(write_yaml(Path(folder, "made"), plain.tidy(made)))


def through(name: str, source: Path, target: Path) -> Any:
    """Export a folder and import the file into another; what the second one then says."""
    file = target.parent / f"file.{FORMATS[name].suffix}"
    file.write_bytes(FORMATS[name].write(load(source)))
    outcome = import_file(FORMATS[name], file, target)
    assert not outcome.problems, "\n".join(map(str, outcome.problems))
    return plain.of_termbase(load(target))


@EACH_FORMAT
def test_the_whole_termbase_comes_back(name: str, tmp_path: Path) -> None:
    assert through(name, GLOSSARY, tmp_path / "new") == plain.of_termbase(load(GLOSSARY))


@EACH_FORMAT
def test_importing_what_was_exported_touches_no_file(name: str, tmp_path: Path) -> None:
    folder = tmp_path / "glossary"
    for path in (*GLOSSARY.glob("*.yml"), *GLOSSARY.glob("terms/*.yml")):
        copy = folder / path.relative_to(GLOSSARY)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(path.read_bytes())
        copy.chmod(0o444)  # so that a file written anew would show
    before = state(folder)
    through(name, folder, folder)
    assert state(folder) == before


@EACH_FORMAT
def test_the_space_around_a_word_of_the_interface_is_part_of_it(name: str, tmp_path: Path) -> None:
    words = {"comma": ", ", "dash": " – ", "demo-start": "Start it:"}
    languages = {"de": {"name": "Deutsch", "text": words}}
    concept = {"subject": "models", "de": {"terms": [{"term": "Netz"}], "definition": "Modell"}}
    data = {"languages": languages, "subjects": {"models": {"de": "Modelle"}}, "sources": {}}
    source = write_yaml(tmp_path / "source", {**data, "concepts": {"net": concept}})
    assert through(name, source, tmp_path / "new")["languages"] == languages
    before = state(source)
    through(name, source, source)
    assert state(source) == before
    yaml = (tmp_path / "new" / "languages.yml").read_text("utf-8")
    assert yaml_files.edit(yaml, languages) == yaml
    words["comma"] = ","
    assert yaml_files.edit(yaml, languages) != yaml


def state(folder: Path) -> dict[Path, tuple[bytes, int, int]]:
    """Each file's content, time and inode: what shows if a file was written anew."""
    paths = sorted(folder.rglob("*.yml"))
    return {path: (path.read_bytes(), path.stat().st_mtime_ns, path.stat().st_ino) for path in paths}


SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large]


@settings(max_examples=60, deadline=None, suppress_health_check=SLOW)
@given(made=termbases())
def test_any_termbase_comes_back(made: dict[str, Any]) -> None:
    made = plain.tidy(made)
    with tempfile.TemporaryDirectory() as folder:
        source = write_yaml(Path(folder, "source"), made)
        said = plain.of_termbase(load(source))
        assert said["concepts"] == made["concepts"]  # or the strategy makes less than it seems to
        for name in FORMATS:
            found = through(name, source, Path(folder, name))
            assert found == said
            assert list(map(list, found.values())) == list(map(list, said.values()))  # order counts as well


@settings(max_examples=60, deadline=None, suppress_health_check=SLOW)
@given(made=termbases())
def test_new_files_say_what_they_should_in_the_style_of_an_edit(made: dict[str, Any]) -> None:
    made = plain.tidy(made)
    for concept in made["concepts"].values():
        text = yaml_files.write(concept)
        assert plain.tidy({"concepts": {"x": edits.data(Path("x"), text)}})["concepts"]["x"] == concept
        assert "\\" in text or yaml_files.edit(text, concept) == text


def test_new_files_look_as_ruamel_would_have_them() -> None:
    data = plain.of_termbase(load(GLOSSARY))
    for concept in (*data["concepts"].values(), data["sources"]):
        text = yaml_files.write(concept)
        assert yaml_files.edit(text, concept) == text


@EACH_FORMAT
def test_bytes_depend_on_the_termbase_alone(name: str) -> None:
    assert FORMATS[name].write(load(GLOSSARY)) == FORMATS[name].write(load(GLOSSARY))
