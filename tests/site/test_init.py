"""`python -m glossary init`: a project that builds at once, also in languages new to the engine."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from glossary.__main__ import main
from glossary.languages import WORDS as TEXTS
from glossary.load import load
from tests.light import LIGHT
from tests.site.html import parse
from tests.site.tiny import Built, build_strictly

ALONE = LIGHT + ("from mkdocs.__main__ import cli\ncli(['build', '--quiet', '--strict'])")

OTHERS = {
    "ja": {"name": "日本語", "segment": "han"},
    "de": {"name": "Deutsch", "stemmer": "german"},
    "se": {"name": "davvisámegiella"},
}
NEURAL_NETWORK = {
    "subject": "terminology",
    "ja": {
        "terms": ["ニューラルネットワーク"],
        "definition": "脳を手本にした計算の仕組み",
        "explanation": "用語の一つです。",
    },
    "de": {
        "terms": [{"term": "neuronales Netz", "gender": "n"}, "künstliches neuronales Netz"],
        "definition": "Rechenverfahren nach dem Vorbild des Gehirns",
        "explanation": "Ein Begriff der Informatik.",
    },
    "se": {
        "terms": [{"term": "neuronafierpmádat", "forms": ["neuronafierpmádagat"]}],
        "definition": "rehkenanvuohki mii muittuha vuoiŋŋašiid",
    },
}


def init(folder: Path, *arguments: str) -> int:
    return main(["init", str(folder), *arguments])


def build(folder: Path) -> Built:
    built = build_strictly(folder / "mkdocs.yml", folder / "site")
    assert (built.exit_code, built.error, built.warnings) == (0, "", [])
    return built


def test_a_fresh_project_builds_with_the_light_install_alone(tmp_path: Path) -> None:
    assert init(tmp_path / "new", "--name", "Ord «& *ting*»: <b>") == 0
    done = subprocess.run([sys.executable, "-c", ALONE], cwd=tmp_path / "new", capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    site = tmp_path / "new" / "site"
    for home, term in (("", "concept"), ("nb/", "begrep"), ("zh/", "概念")):
        page = parse((site / home / "glossary" / "concept" / "index.html").read_text("utf-8"))
        assert page.all("h1")[0].text.startswith(term)
        front = parse((site / home / "index.html").read_text("utf-8"))
        assert front.all("h1")[0].text.startswith("Ord «& *ting*»: <b>")
        linked = {link.attributes["data-term"] for link in front.all("a") if "data-term" in link.attributes}
        assert linked == {"concept", "term"}


def test_there_is_nothing_to_report(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert init(tmp_path / "new") == 0
    assert main(["check", str(tmp_path / "new" / "glossary")]) == 0, capsys.readouterr().out


def test_an_empty_folder_will_do(tmp_path: Path) -> None:
    assert init(tmp_path, "--languages", "nb") == 0
    assert list(load(tmp_path / "glossary").languages) == ["nb"]
    assert build(tmp_path).read("glossary/term/index.html")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--languages", "english"], "“english” is no language code"),
        (["--languages", "nb", "nb"], "“nb” is given twice"),
        (["--languages", "../x"], "“../x” is no language code"),
        (["--name", "a\x07b"], "control character"),
    ],
)
def test_what_cannot_be_is_refused(
    arguments: list[str], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert init(tmp_path / "new", *arguments) == 2
    assert said in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_the_reader_is_told_what_is_left_to_translate(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert init(tmp_path / "ours", "--languages", "zh", "nb") == 0
    assert "English" not in capsys.readouterr().out
    assert init(tmp_path / "others", "--languages", "de", "nb", "se") == 0
    said = capsys.readouterr().out
    assert "The texts in de, se are in English so far: translate them in glossary/languages.yml" in said
    text = (tmp_path / "others" / "glossary" / "terms" / "term.yml").read_text("utf-8")
    assert "\n    - term\n    - technical term\n" in text, "in the style of files that the engine writes"


def test_nothing_is_overwritten(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    assert init(tmp_path) == 2
    assert "is not empty" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


def test_a_project_where_one_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The folder may be the shell's own, and one that git knows."""
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    assert init(Path(), "--languages", "en") == 0
    assert sorted(path.name for path in Path.cwd().iterdir()) == [
        ".git",
        ".gitignore",
        "docs",
        "glossary",
        "mkdocs.yml",
    ]
    assert "cd " not in capsys.readouterr().out


@pytest.fixture(scope="module")
def others(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """Japanese, German and Northern Sámi, with data only: no template, no code."""
    folder = tmp_path_factory.mktemp("others") / "new"
    assert init(folder, "--languages", *OTHERS) == 0
    languages = yaml.safe_load((folder / "glossary" / "languages.yml").read_text("utf-8"))
    assert {code: {k: v for k, v in languages[code].items() if k != "text"} for code in languages} == OTHERS
    languages["ja"]["text"] |= {"glossary": "用語集", "search": "用語を検索", "language-short": "日"}
    languages["de"]["text"] |= {
        "glossary": "Glossar",
        "explanation": "Erklärung",
        "search": "Glossar durchsuchen",
    }
    languages["se"]["text"] |= {"glossary": "Sátnelistu", "search": "Oza", "skip": "Njuike sisdollui"}
    dump = yaml.safe_dump(languages, allow_unicode=True, sort_keys=False)
    (folder / "glossary" / "languages.yml").write_text(dump, "utf-8")
    concept = yaml.safe_dump(NEURAL_NETWORK, allow_unicode=True, sort_keys=False)
    (folder / "glossary" / "terms" / "neural-network.yml").write_text(concept, "utf-8")
    for lang, text in (
        ("ja", "深いニューラルネットワークを学ぶ。"),
        ("de", "Wir trainieren neuronale Netze und die Wirkung eines neuronalen Netzes."),
        ("se", "Neuronafierpmádagat ohppet."),
    ):
        (folder / "docs" / f"prose.{lang}.md").write_text(f"# X\n\n{text}\n", "utf-8")
    settings = (folder / "mkdocs.yml").read_text("utf-8")
    (folder / "mkdocs.yml").write_text(
        settings.replace("  - index.md\n", "  - index.md\n  - prose.md\n"), "utf-8"
    )
    return build(folder)


def test_a_language_that_the_theme_does_not_know(tmp_path: Path) -> None:
    """Neither a line in mkdocs.yml nor a traceback."""
    assert init(tmp_path / "new", "--languages", "en", "se") == 0
    assert "theme" not in (tmp_path / "new" / "mkdocs.yml").read_text("utf-8").partition("languages:")[2]
    assert 'lang="se"' in build(tmp_path / "new").read("se/index.html")


OTHERS_SAY = {"ja": "ニューラルネットワーク", "de": "künstliches neuronales Netz", "se": "neuronafierpmádat"}
HOMES = {"ja": "", "de": "de/", "se": "se/"}


@pytest.mark.parametrize(
    ("lang", "written"),
    [("ja", "ニューラルネットワーク"), ("de", "neuronale Netze"), ("se", "Neuronafierpmádagat")],
)
def test_prose_in_other_languages_is_linked(lang: str, written: str, others: Built) -> None:
    page = parse(others.read(f"{HOMES[lang]}prose/index.html"))
    (link,) = [a for a in page.all("a") if a.attributes.get("data-term") == "neural-network"]
    assert link.text == written


@pytest.mark.parametrize(
    ("lang", "title", "search"),
    [
        ("ja", "用語集", "用語を検索"),
        ("de", "Glossar", "Glossar durchsuchen"),
        ("se", "Sátnelistu", "Oza"),
    ],
)
def test_pages_speak_the_language(lang: str, title: str, search: str, others: Built) -> None:
    page = parse(others.read(f"{HOMES[lang]}glossary/index.html"))
    assert page.all("html")[0].attributes["lang"] == lang
    assert page.all("h1")[0].text.startswith(title)
    assert search in others.read(f"{HOMES[lang]}glossary/index.html")


def test_the_language_switch_marks_where_one_is(others: Built) -> None:
    for lang, home in HOMES.items():
        page = parse(others.read(f"{home}glossary/term/index.html"))
        current = [a for a in page.all("a") if a.attributes.get("aria-current") == "true"]
        assert [a.attributes["lang"] for a in current if "hreflang" in a.attributes] == [lang]


def test_other_languages_can_be_searched(others: Built) -> None:
    for lang, home in HOMES.items():
        found = "".join(p.read_text("utf-8") for p in (others.folder / home / "search").rglob("*.json"))
        assert OTHERS_SAY[lang] in found


def test_every_word_of_the_frame_is_data() -> None:
    """Templates of the frame say nothing in any language themselves."""
    english = yaml.safe_load((TEXTS / "en.yml").read_text("utf-8"))
    for path in (TEXTS.parent / "frame").rglob("*.html"):
        for key in ("skip", "main-menu", "close-search", "dark-theme"):
            assert english[key] not in path.read_text("utf-8")
