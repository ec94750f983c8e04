"""Learning paths: what is read, every fault with its place, where stops lead, and how long they take."""

from __future__ import annotations

from pathlib import Path

import pytest

from glossary import embeds, quizzes
from glossary.load import load
from glossary.model import Language, Problem
from glossary.reading_paths import (
    CODES,
    DEMO,
    Stop,
    check,
    minutes,
    minutes_of_quiz,
    page_file,
    page_title,
    read,
    section,
)
from glossary.reading_time import minutes as reading_minutes
from tests.glossary import data_files
from tests.glossary.data_files import LANGUAGES
from tests.glossary.test_lint import FILES, findings

ROOT = Path(__file__).parents[2]
SOUND = """\
title: {nb: Første steg, en: First steps}
promise: {nb: Du lærer., en: You learn.}
audience: {nb: alle, en: everyone}
stops:
  - term: latent-space
    why: {nb: Se, en: Look}
  - page: help/x.md#more
    why: {nb: Les, en: Read}
quiz: before
"""
SPACE = "glossary/terms/latent-space.yml"
PAGES = {
    f"docs/help/x.{lang}.md": f"# X {lang}\n\n## More {{#more}}\n\nText.\n" for lang in ("nb", "en", "zh")
}


def faults(folder: Path, text: str) -> list[data_files.Fault]:
    return data_files.faults(read, folder, text)


def test_a_sound_path_is_what_the_file_says(tmp_path: Path) -> None:
    assert faults(tmp_path, SOUND) == []
    path = read(tmp_path, LANGUAGES)[0]["x"]
    assert (path.title["nb"], path.promise["en"], path.audience["en"]) == (
        "Første steg",
        "You learn.",
        "everyone",
    )
    assert [stop.id for stop in path.stops] == ["term/latent-space", "page/help/x.md#more"]
    assert (path.stops[1].target, path.stops[1].part, path.stops[1].why["nb"]) == ("help/x.md", "more", "Les")
    assert path.quiz == "before"


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        (", en: First steps", "", ("P001", 1, "en", "title.en")),
        ("en: Look", "en: ''", ("P001", 6, "en", "stops[0].why.en")),
        ("en: Look", "sv: Se", ("T009", 6, "", "stops[0].why.sv")),
        ("quiz: before\n", "", ("P002", 1, "", "quiz")),
        ("audience:", "for:", ("T009", 3, "", "for")),
        ("    why: {nb: Se, en: Look}\n", "", ("P002", 5, "", "stops[0].why")),
        ("- term: latent-space", "- term: latent-space\n    page: help/x.md", ("P002", 5, "", "stops[0]")),
        ("- term: latent-space\n    why", "- why", ("P002", 5, "", "stops[0]")),
        ("- term: latent-space", "- terms: latent-space", ("T009", 5, "", "stops[0].terms")),
        ("  - page: help/x.md#more\n    why: {nb: Les, en: Read}\n", "", ("P002", 5, "", "stops")),
    ],
)
def test_every_fault_names_its_place(tmp_path: Path, old: str, new: str, fault: data_files.Fault) -> None:
    assert old in SOUND
    assert fault in faults(tmp_path, SOUND.replace(old, new))


def test_a_file_whose_name_cannot_be_an_address(tmp_path: Path) -> None:
    (tmp_path / "Første steg.yml").write_text(SOUND, "utf-8")
    paths, (problem,) = read(tmp_path, LANGUAGES)
    assert (paths, problem.code) == ({}, "P002")
    assert "first-steps.yml" in problem.fix


@pytest.mark.parametrize("text", ["", "[", "- a", "title: a", "stops: []\ntitle: {nb: a, en: b}", "a: &x 1"])
def test_what_is_no_path_is_reported(tmp_path: Path, text: str) -> None:
    assert faults(tmp_path, text)


def test_no_folder_is_no_fault(tmp_path: Path) -> None:
    assert read(tmp_path / "paths", LANGUAGES) == ({}, [])


# Where it leads


def of_check(folder: Path, text: str, **files: str) -> list[Problem]:
    """What the check says of a project with this path."""
    quiz = (
        "title: {nb: a, en: b, zh: 测}\nquestions:\n  - question: {nb: a, en: b, zh: 测}\n    answers:\n"
        "      - {right: true, text: {nb: a, en: b, zh: 测}, why: {nb: a, en: b, zh: 测}}\n"
        "      - {text: {nb: a, en: b, zh: 测}, why: {nb: a, en: b, zh: 测}}\n"
    )
    text = text.replace("}", ", zh: 中}").replace("{#more, zh: 中}", "{#more}")
    given = {SPACE: FILES[SPACE], "docs/quizzes/before.yml": quiz, "docs/paths/x.yml": text, **PAGES, **files}
    return [problem for problem in findings(folder, {}, given) if problem.file.endswith("x.yml")]


def test_a_sound_path_has_no_findings(tmp_path: Path) -> None:
    assert [p.code for p in of_check(tmp_path, SOUND) if p.code[0] in "PT"] == []


@pytest.mark.parametrize(
    ("old", "new", "line", "key", "remedy"),
    [
        ("latent-space", "latent-spase", 5, "stops[0].term", "did you mean “latent-space”?"),
        ("latent-space", "latent-space#demo", 5, "stops[0].term", "write `term: latent-space`"),
        ("latent-space", "latent-space#figur", 5, "stops[0].term", "did you mean “figure”?"),
        ("help/x.md#more", "help/y.md", 7, "stops[1].page", "give its path from the docs folder"),
        ("help/x.md#more", "help/x", 7, "stops[1].page", "give its path from the docs folder"),
        ("help/x.md#more", "../secret.md", 7, "stops[1].page", "give its path from the docs folder"),
        ("quiz: before", "quiz: befor", 9, "quiz", "did you mean “before”?"),
    ],
)
def test_what_is_not_there_is_reported_with_its_place_and_remedy(
    tmp_path: Path, old: str, new: str, line: int, key: str, remedy: str
) -> None:
    (tmp_path / "secret.md").write_text("# Secret")
    (problem,) = [p for p in of_check(tmp_path, SOUND.replace(old, new)) if p.code == "P003"]
    assert (problem.line, problem.key, problem.severity) == (line, key, "error")
    assert problem.fix.startswith(remedy)


def test_a_part_that_only_one_language_has(tmp_path: Path) -> None:
    files = {"docs/help/x.en.md": "# X\n\n## More\n\nText.\n", "mkdocs.yml": I18N}
    (problem,) = [p for p in of_check(tmp_path, SOUND, **files) if p.code == "P003"]
    assert (problem.lang, problem.line, problem.key) == ("en", 7, "stops[1].page")
    assert problem.fix == "write `## … {#more}` there"


I18N = "plugins: [{i18n: {languages: [{locale: nb, default: true}, {locale: en}, {locale: zh}]}}]\n"


def test_the_sites_own_paths_are_sound_and_take_about_twenty_minutes() -> None:
    paths, problems = read(ROOT / "docs" / "paths", ("nb", "en", "zh"))
    termbase = load(ROOT / "glossary")
    demos, _ = embeds.read(termbase, ROOT / "demos")
    asked, _ = quizzes.read(ROOT / "docs" / "quizzes", ("nb", "en", "zh"))
    problems += check(paths.values(), termbase, demos, asked, ROOT / "docs", ("nb", "en", "zh"))
    assert problems == []
    assert set(paths) >= {"avatar-app", "gans", "text"}
    for path in paths.values():
        assert 6 <= len(path.stops) <= 9
        for lang in ("nb", "en", "zh"):
            time = sum(minutes(stop, lang, termbase, demos, ROOT / "docs") for stop in path.stops)
            assert 15 <= time + minutes_of_quiz(asked[path.quiz]) <= 25, (path.id, lang)


# Pages and their parts


@pytest.mark.parametrize("name", ["x.en.md", "en/x.md", "x.md"])
def test_a_page_is_found_however_its_language_is_written(tmp_path: Path, name: str) -> None:
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text("# X")
    found = page_file(tmp_path, "x.md", ("en", "nb"))
    assert found == (tmp_path / name, "en")


def test_another_language_stands_in(tmp_path: Path) -> None:
    (tmp_path / "x.nb.md").write_text("# X")
    assert page_file(tmp_path, "x.md", ("en", "nb")) == (tmp_path / "x.nb.md", "nb")
    assert page_file(tmp_path, "x.md", ("en",)) is None


@pytest.mark.parametrize(
    ("source", "title"),
    [
        ("---\ntitle: A & B\n---\n# C\n", "A & B"),
        ("---\nkind: x\n---\n# The *net* { #own }\n", "The net"),
        ("Text", ""),
        ("---\ntitle: [\n---\n# C\n", "C"),
    ],
)
def test_titles(source: str, title: str) -> None:
    assert page_title(source) == title


def test_a_section_ends_with_the_next_heading_of_its_level() -> None:
    source = "# X\n\n## One {#one}\n\nA\n\n### Below\n\nB\n\n## Two {: #two }\n\nC\n"
    assert section(source, "one") == "## One {#one}\n\nA\n\n### Below\n\nB\n\n"
    assert section(source, "two") == "## Two {: #two }\n\nC\n"
    assert page_title(source, "two") == "Two"
    assert section(source, "three") is None
    code = "## One {#one}\n\n```sh\n# a comment\n```\n\nA\n\n"
    assert section(code + "## Two {#two}\n", "one") == code


# Minutes


def test_reading_goes_at_the_speed_of_the_language() -> None:
    english, german, chinese, unknown = (
        Language(code, code, code) for code in ("en", "de", "zh-Hans", "tlh")
    )
    assert reading_minutes("word " * 228, english) == pytest.approx(1)
    assert reading_minutes("Wort " * 179, german) == pytest.approx(1)
    assert reading_minutes("字" * 255, chinese) == pytest.approx(1)
    assert reading_minutes("字" * 255 + " GAN" * 184, chinese) == pytest.approx(2)
    assert reading_minutes("mu' " * 184, unknown) == pytest.approx(1)


def test_a_stop_takes_as_long_as_its_text_and_its_demos(tmp_path: Path) -> None:
    termbase = load(ROOT / "glossary")
    text = "word " * 228 * 3
    (tmp_path / "x.en.md").write_text(
        f"---\ntitle: {text}\n---\n# X\n\n{text}\n\n## Part {{#part}}\n\n{text}\n"
    )
    page = Stop("page", "x.md", "", {})
    assert minutes(page, "en", termbase, {}, tmp_path) == 6
    assert minutes(Stop("page", "x.md", "part", {}), "en", termbase, {}, tmp_path) == 3
    with (tmp_path / "x.en.md").open("a") as file:
        file.write('\n<div class="demo" data-demo="generator"></div>\n[^note]: ' + text)
    assert minutes(page, "en", termbase, {}, tmp_path) == 6 + DEMO
    assert minutes(Stop("term", "generator", "demo", {}), "en", termbase, {}, tmp_path) == DEMO
    assert minutes(Stop("term", "generator", "example", {}), "en", termbase, {}, tmp_path) == 1


def test_every_code_can_be_met() -> None:
    assert set(CODES) == {"P001", "P002", "P003"}


def test_check_of_nothing_finds_nothing(tmp_path: Path) -> None:
    termbase = load(ROOT / "glossary")
    assert list(check([], termbase, {}, (), tmp_path, ("nb",))) == []
