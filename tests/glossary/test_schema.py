"""The schema that editors use: fresh, true to the data, and able to say no."""

from __future__ import annotations

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from glossary import schema
from glossary.__main__ import main
from glossary.load import load, load_frame
from tests.glossary.test_load import write

ROOT = Path(__file__).parents[2]
TERMS = sorted((ROOT / "glossary" / "terms").glob("*.yml"))


class _Loader(yaml.SafeLoader):
    """YAML as editors read it: since version 1.2, a day is a text."""


_Loader.yaml_implicit_resolvers = {
    sign: [(tag, form) for tag, form in resolvers if not tag.endswith(":timestamp")]
    for sign, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def validator(folder: Path) -> Draft202012Validator:
    made = json.loads(schema.as_text(load_frame(folder)))
    Draft202012Validator.check_schema(made)
    return Draft202012Validator(made)


@pytest.fixture(scope="module")
def ours() -> Draft202012Validator:
    return validator(ROOT / "glossary")


@pytest.fixture(scope="module")
def sound() -> dict[str, Any]:
    """A concept that uses every key there is."""
    text = """
        subject: generation
        broader: [generative-model]
        part_of: [generative-adversarial-network]
        related: [discriminator]
        legacy: [what-is-generator]
        sources: [goodfellow-2014]
        figure: gan-architecture
        reviewed: 2026-11-30
        nb:
          terms:
            - {term: generator, gender: m, pos: noun, forms: [generatoren], sort_key: generator}
            - {term: generatoraggregat, status: deprecated, note: noe annet, type: full, link: false}
            - 1.0
          definition: nett som lager eksempler
          explanation: Tekst.
          example: Et eksempel.
          basis: 3f9c1a2b
        en: {terms: [generator], definition: net that makes examples}
        zh: {terms: [{term: 生成器, pinyin: shēngchéngqì, source: goodfellow-2014}], definition: 网络}
    """
    return dict(yaml.load(text, _Loader))


def test_the_file_is_fresh() -> None:
    written = (ROOT / "glossary" / schema.FILE).read_text("utf-8")
    assert written == schema.as_text(load_frame(ROOT / "glossary")), "run `python -m glossary schema`"


@pytest.mark.parametrize("path", TERMS, ids=lambda path: path.stem)
def test_every_concept_is_valid(path: Path, ours: Draft202012Validator) -> None:
    text = path.read_text("utf-8")
    if "yaml-language-server" in text:  # in a line of its own, and the first
        assert text.startswith(f"# yaml-language-server: $schema=../{schema.FILE}\n")
    assert not [error.message for error in ours.iter_errors(yaml.load(text, _Loader))]


def test_every_key_is_known(ours: Draft202012Validator, sound: dict[str, Any]) -> None:
    assert not [error.message for error in ours.iter_errors(sound)]


@pytest.mark.parametrize(
    ("where", "value"),
    [
        ("subject", "cookery"),
        ("subject", None),
        ("broader", "generative-model"),
        ("related", ["Not An Id"]),
        ("related", ["a", "a"]),
        ("not_to_be_confused_with", "a"),
        ("legacy", ["what is it"]),
        ("figure", "gan architecture"),
        ("definiton", "x"),
        ("fr", {"terms": ["générateur"], "definition": "réseau"}),
        ("en", {"terms": ["generator"]}),
        ("en", {"terms": [], "definition": "x"}),
        ("en", {"terms": "generator", "definition": "x"}),
        ("en", {"terms": ["generator"], "definition": ""}),
        ("en", {"terms": [{"status": "admitted"}], "definition": "x"}),
        ("en", {"terms": [{"term": "x", "status": "prefered"}], "definition": "x"}),
        ("en", {"terms": [{"term": "x", "gender": "neuter"}], "definition": "x"}),
        ("en", {"terms": [{"term": "x", "forms": "xs"}], "definition": "x"}),
        ("en", {"terms": [{"term": "x", "link": "perhaps"}], "definition": "x"}),
        ("en", {"terms": ["x", "x"], "definition": "x"}),
        (
            "en",
            {"terms": [{"term": t, "status": "preferred"} for t in ("x", "y")], "definition": "x"},
        ),
    ],
)
def test_bad_concepts_are_not_valid(
    where: str, value: object, ours: Draft202012Validator, sound: dict[str, Any]
) -> None:
    bad = deepcopy(sound)
    bad[where] = value
    (error,) = ours.iter_errors(bad)
    assert where in error.json_path or where in error.message


def test_a_language_may_not_be_missing(ours: Draft202012Validator, sound: dict[str, Any]) -> None:
    (error,) = ours.iter_errors({key: value for key, value in sound.items() if key != "zh"})
    assert error.message == "'zh' is a required property"


def test_what_loads_is_valid(tmp_path: Path) -> None:
    """The schema asks for nothing that the termbase does not ask for."""
    folder = write(tmp_path, {})
    load(folder)
    for path in (folder / "terms").glob("*.yml"):
        assert validator(folder).is_valid(yaml.safe_load(path.read_text("utf-8")))


def test_the_command_writes_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = write(tmp_path, {"terms/generator.yml": "not: even: yaml"})
    assert main(["schema", str(folder)]) == 0
    assert "schema.json" in capsys.readouterr().out
    made = json.loads((folder / schema.FILE).read_text("utf-8"))
    assert made["anyOf"] == [{"required": [lang]} for lang in load_frame(folder).languages]


def test_only_a_strict_project_asks_for_everything(tmp_path: Path) -> None:
    folder = write(tmp_path / "glossary", {})
    draft = {"nb": {"terms": ["sum"]}}
    assert not list(Draft202012Validator(json.loads(schema.as_text(load_frame(folder)))).iter_errors(draft))
    (tmp_path / "mkdocs.yml").write_text("plugins: [{ordlab: {strict: true}}]\n", "utf-8")
    found = Draft202012Validator(json.loads(schema.as_text(load_frame(folder)))).iter_errors(draft)
    assert {error.message.split(" ")[0] for error in found} == {"'subject'", "'en'", "'zh'", "'definition'"}


def test_faults_of_the_frame_are_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = write(tmp_path, {"sources.yml": "smith-2024: {year: 2024}", "terms/generator.yml": ""})
    assert main(["schema", str(folder)]) == 2
    said = capsys.readouterr().err
    assert "sources.yml:1: error T028" in said
    assert "generator.yml" not in said
    assert not (folder / schema.FILE).exists()
