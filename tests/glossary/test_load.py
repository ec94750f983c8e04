"""The termbase loads fast and exactly, or says everything that is wrong with it."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import glossary
from glossary.load import CODES, load, load_frame
from glossary.load import folder as folder_module
from glossary.model import Termbase, TermbaseError
from tests.ordlab import TERMBASE

BAD = Path(__file__).parent / "bad"
SOUND = yaml.safe_load((BAD / "sound.yml").read_text("utf-8"))["files"]
CASES = sorted(path.stem for path in BAD.glob("*.yml") if path.stem != "sound")


def write(folder: Path, files: dict[str, str]) -> Path:
    """Write the sound termbase with some files replaced or added."""
    for name, text in {**SOUND, **files}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
    return folder


def report(folder: Path, files: dict[str, str]) -> str:
    """What loading says, with the files named from the termbase's folder."""
    with pytest.raises(TermbaseError) as raised:
        load(write(folder, files))
    return "".join(f"{problem}\n" for problem in raised.value.problems).replace(f"{folder.as_posix()}/", "")


@pytest.mark.parametrize("case", CASES)
def test_faults_are_reported_word_for_word(case: str, tmp_path: Path) -> None:
    data = yaml.safe_load((BAD / f"{case}.yml").read_text("utf-8"))
    assert report(tmp_path, data["files"]) == data["expect"]


def test_every_code_of_the_loader_has_a_case() -> None:
    """All but those of files that cannot be read, are too large or not UTF-8, which are tested below."""
    reports = [yaml.safe_load((BAD / f"{case}.yml").read_text("utf-8"))["expect"] for case in CASES]
    reported = {code for text in reports for code in re.findall(r" error (T\d+)", text)}
    assert set(CODES) - reported == {"T001", "T002", "T003"}
    assert reported <= set(CODES)


def test_every_report_says_where_and_names_the_language(tmp_path: Path) -> None:
    files = {"terms/generator.yml": SOUND["terms/generator.yml"].replace("gender: m", "gender: male")}
    with pytest.raises(TermbaseError) as raised:
        load(write(tmp_path, files))
    (problem,) = raised.value.problems
    assert (Path(problem.file).name, problem.line, problem.code) == ("generator.yml", 5, "T025")
    assert (problem.lang, problem.id, problem.key) == ("nb", "generator", "terms[0].gender")
    assert problem.severity == "error"


def test_files_are_named_from_where_the_command_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "glossary", {"terms/generator.yml": ""})
    monkeypatch.chdir(tmp_path)
    for folder in (Path("glossary"), tmp_path / "glossary"):
        with pytest.raises(TermbaseError) as raised:
            load(folder)
        assert raised.value.problems[0].file == "glossary/terms/generator.yml"


def test_a_sound_termbase_is_what_the_files_say(tmp_path: Path) -> None:
    termbase = load(write(tmp_path, {}))
    assert list(termbase.languages) == ["nb", "en", "zh"]
    assert termbase.default_language == "nb"
    assert list(termbase.concepts) == ["discriminator", "generator"]
    generator = termbase.concepts["generator"]
    assert generator.related == ("discriminator",)
    assert termbase.related["discriminator"] == ("generator",)
    assert list(generator.entries) == ["nb", "en", "zh"]
    assert generator.entries["nb"].preferred.gender == "m"
    assert termbase.languages["zh"].html == "zh-Hans"
    assert termbase.sources["goodfellow-2014"].year == "2014"


def test_ordlabs_sources_lead_to_the_works_that_their_identifiers_name() -> None:
    prefixes = {"doi": "https://doi.org/", "arXiv": "https://arxiv.org/abs/", "ELI": "/eli/"}
    for source in load_frame(TERMBASE).sources.values():
        scheme, _, number = source.identifier.replace("ELI ", "ELI:").partition(":")
        if scheme in prefixes:
            assert prefixes[scheme] + number in source.url, source.id
        if scheme == "arXiv":  # the year of the number, except where the conference came first
            assert int(f"20{number[:2]}") - int(source.year) in (0, 1), source.id
        assert source.lang, source.id
        assert not source.url or source.url.startswith("https://"), source.id


def test_words_stay_what_was_typed(tmp_path: Path) -> None:
    text = SOUND["terms/generator.yml"].replace(
        "[{term: generator, gender: m}]", "[no, on, 1.0, 0x1F, ~, null, 1e3]"
    )
    termbase = load(write(tmp_path, {"terms/generator.yml": text}))
    terms = [term.term for term in termbase.concepts["generator"].entries["nb"].terms]
    assert terms == ["no", "on", "1.0", "0x1F", "~", "null", "1e3"]


def test_languages_of_former_days_load(tmp_path: Path) -> None:
    """With the code that a search engine once wanted; it says nothing any more."""
    text = SOUND["languages.yml"].replace("{name: English", "{search: en, name: English")
    assert load(write(tmp_path, {"languages.yml": text})).languages["en"].name == "English"


def test_statuses_are_given_by_place_or_by_name(tmp_path: Path) -> None:
    terms = "[a, b, {term: c, status: deprecated}, {term: d, status: superseded}]"
    text = SOUND["terms/generator.yml"].replace("[{term: generator, gender: m}]", terms)
    entry = load(write(tmp_path, {"terms/generator.yml": text})).concepts["generator"].entries["nb"]
    assert [term.status for term in entry.terms] == ["preferred", "admitted", "deprecated", "superseded"]


def test_a_byte_order_mark_and_windows_line_ends_do_no_harm(tmp_path: Path) -> None:
    write(tmp_path, {})
    path = tmp_path / "terms" / "generator.yml"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    assert load(tmp_path).concepts["generator"].subject == "models"


@pytest.mark.parametrize(
    ("content", "line"),
    [("subject: models\nnb: blåbær".encode("latin-1"), 2), ("subject: models\n".encode("utf-16"), 1)],
)
def test_other_encodings_are_refused(content: bytes, line: int, tmp_path: Path) -> None:
    write(tmp_path, {})
    (tmp_path / "terms" / "generator.yml").write_bytes(content)
    with pytest.raises(TermbaseError, match=rf"generator.yml:{line}: error T003: the file is not UTF-8"):
        load(tmp_path)


def test_a_huge_file_is_refused_unread(tmp_path: Path) -> None:
    with pytest.raises(TermbaseError, match=r"T002.*larger than 1,000,000 bytes"):
        load(write(tmp_path, {"terms/generator.yml": "#" * 1_000_001}))


def test_what_cannot_be_read_is_reported_beside_other_faults(tmp_path: Path) -> None:
    (tmp_path / "terms" / "generator.yml").mkdir(parents=True)
    os.mkfifo(tmp_path / "terms" / "pipe.yml")
    (tmp_path / "languages.yml").write_text(SOUND["languages.yml"], "utf-8")
    with pytest.raises(TermbaseError) as raised:
        load(tmp_path)
    assert [(p.code, Path(p.file).name) for p in raised.value.problems] == [
        ("T001", "subjects.yml"),
        ("T001", "generator.yml"),
        ("T001", "pipe.yml"),
    ]


def test_a_folder_that_is_no_termbase(tmp_path: Path) -> None:
    with pytest.raises(TermbaseError) as raised:
        load(tmp_path / "nowhere")
    assert {p.message for p in raised.value.problems} == {
        "the file is missing",
        "there is no concept in this folder",
    }


def test_an_unchanged_folder_gives_back_the_same_termbase(tmp_path: Path) -> None:
    first = load(write(tmp_path, {}))
    assert load(tmp_path) is first
    os.utime(tmp_path / "terms" / "generator.yml")
    assert load(tmp_path) is first, "only the content counts"


def test_only_changed_files_are_parsed_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    load(write(tmp_path, {}))
    parsed = []
    read = folder_module.read_concept
    monkeypatch.setattr(
        folder_module, "read_concept", lambda reader, *rest: parsed.append(reader.id) or read(reader, *rest)
    )
    text = SOUND["terms/generator.yml"].replace("nettverk som lager", "nettverk som tegner")
    changed = load(write(tmp_path, {"terms/generator.yml": text}))
    assert changed.concepts["generator"].entries["nb"].definition.startswith("nettverk som tegner")
    assert parsed == ["generator"]


def test_a_fault_is_found_again_although_the_rest_is_remembered(tmp_path: Path) -> None:
    load(write(tmp_path, {}))
    (tmp_path / "terms" / "discriminator.yml").unlink()
    with pytest.raises(
        TermbaseError, match=r"T031 \[related.discriminator\]: there is no concept “discriminator”"
    ):
        load(tmp_path)
    write(tmp_path, {})
    assert len(load(tmp_path).concepts) == 2


def test_a_long_chain_is_no_circle(tmp_path: Path) -> None:
    """Deeper than Python's recursion goes."""
    count = 1200
    files = {
        f"terms/c{n}.yml": (f"broader: [c{n + 1}]\n" if n < count - 1 else "")
        + f"subject: models\nnb: {{terms: [a{n}], definition: x}}\nen: {{terms: [a{n}], definition: x}}\n"
        f"zh: {{terms: [a{n}], definition: x}}\n"
        for n in range(count)
    }
    assert len(load(write(tmp_path, files)).concepts) == count + 2


def test_the_real_termbase_loads() -> None:
    termbase = load(Path(glossary.__file__).parent)
    assert len(termbase.concepts) >= 24
    assert all(set(concept.entries) == set(termbase.languages) for concept in termbase.concepts.values())


def load_or_refuse(folder: Path) -> Termbase | None:
    """The two things that loading may do; anything else is a bug."""
    try:
        return load(folder)
    except TermbaseError as error:
        problems = error.problems
    assert problems
    assert all(problem.message and problem.code in CODES for problem in problems)
    return None


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    content=st.one_of(
        st.binary(max_size=200), st.text(max_size=200).map(lambda text: text.encode("utf-8", "replace"))
    )
)
def test_any_bytes_are_loaded_or_refused(content: bytes, tmp_path: Path) -> None:
    write(tmp_path, {})
    (tmp_path / "terms" / "generator.yml").write_bytes(content)
    load_or_refuse(tmp_path)


KEYS = [
    "subject",
    "broader",
    "related",
    "nb",
    "en",
    "zh",
    "terms",
    "term",
    "definition",
    "status",
    "gender",
    "link",
    "x",
]
VALUES = st.recursive(
    st.one_of(
        st.sampled_from(["models", "generator", "n", "preferred", "", "no"]),
        st.text(max_size=5),
        st.none(),
        st.integers(),
    ),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.dictionaries(st.sampled_from(KEYS), VALUES, max_size=6), file=st.sampled_from(list(SOUND)))
def test_any_yaml_is_loaded_or_refused(data: dict[str, object], file: str, tmp_path: Path) -> None:
    write(tmp_path, {file: yaml.safe_dump(data, allow_unicode=True)})
    load_or_refuse(tmp_path)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    cut=st.integers(0, 400),
    insert=st.sampled_from(["&", "*", "!", "\t", "{", "]", '"', ": ", "\n", "- ", "\0", "|", "%", "#"]),
)
def test_a_slip_of_the_hand_is_loaded_or_refused(cut: int, insert: str, tmp_path: Path) -> None:
    text = SOUND["terms/generator.yml"]
    write(tmp_path, {"terms/generator.yml": text[:cut] + insert + text[cut:]})
    load_or_refuse(tmp_path)
