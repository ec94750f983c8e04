"""Languages that the engine was not made for: a project in each builds, is linked, sorted and searched."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from glossary.__main__ import main
from glossary.site_text import theme_language
from tests.site.html import parse
from tests.site.test_init import build


@dataclass(frozen=True)
class Locale:
    """A term, a sentence with a form of it, what is found in that, where the index has it, the interface."""

    term: str
    sentence: str
    found: str
    letter: str
    glossary: str = "Glossary"
    theme: str = "en"  # the language of the theme's own words
    direction: str = "ltr"


LOCALES = {
    "nb-NO": Locale("nettverk", "Vi trener nettverkene.", "nettverkene", "N", "Ordliste", "nb"),
    "nn": Locale("nettverk", "Vi trener nettverka.", "nettverka", "N", "Ordliste", "nn"),
    "no": Locale("nettverk", "Vi trener nettverkene.", "nettverkene", "N", "Ordliste", "nb"),
    "se": Locale("fierpmádat", "Dá lea fierpmádat.", "fierpmádat", "F"),
    "sv": Locale("ångra", "Vi vill ångra.", "ångra", "Å", "Ordlista", "sv"),
    "de": Locale("Netz", "Wir trainieren Netze.", "Netze", "N", "Glossar", "de"),
    "ja": Locale("ネットワーク", "深いネットワークを学ぶ。", "ネットワーク", "ね", "用語集", "ja"),
    "ko": Locale("신경망", "깊은 신경망 모델.", "신경망", "ㅅ", "용어집", "ko"),
    "ar": Locale("شبكة", "هذه شبكة عميقة.", "شبكة", "ش", "مسرد المصطلحات", "ar", "rtl"),
    "zh-Hans": Locale("神经网络", "我们训练神经网络。", "神经网络", "S", "术语表", "zh"),
    "zh-Hant": Locale("神經網路", "我們訓練神經網路。", "神經網路", "S", "術語表", "zh-Hant"),
    "zh-TW": Locale("神經網路", "我們訓練神經網路。", "神經網路", "S", "術語表", "zh-TW"),
    "pt-BR": Locale("rede", "Treinamos redes.", "redes", "R", "Glossário", "pt-BR"),
    "sr-Latn": Locale("mreža", "Ovo je mreža.", "mreža", "M", "Rečnik", "sh"),
}


def project(folder: Path, *languages: str) -> None:
    """A new project, in which the first of these languages has a concept of its own and a page about it."""
    first, locale = languages[0], LOCALES[languages[0]]
    assert main(["init", str(folder), "--languages", *languages]) == 0
    concept = {
        "subject": "terminology",
        **{code: {"terms": [LOCALES[code].term if code in LOCALES else "network"]} for code in languages},
    }
    for code in languages:
        concept[code]["definition"] = "…"  # type: ignore[index]
    text = yaml.safe_dump(concept, allow_unicode=True)
    (folder / "glossary" / "terms" / "network.yml").write_text(text, "utf-8")
    (folder / "docs" / f"prose.{first}.md").write_text(f"# X\n\n{locale.sentence}\n", "utf-8")
    for other in languages[1:]:
        (folder / "docs" / f"prose.{other}.md").write_text("# X\n\nNothing.\n", "utf-8")
    config = (folder / "mkdocs.yml").read_text("utf-8")
    (folder / "mkdocs.yml").write_text(
        config.replace("  - index.md\n", "  - index.md\n  - prose.md\n"), "utf-8"
    )


@pytest.mark.parametrize("code", LOCALES)
def test_a_project_in_any_language(code: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    locale = LOCALES[code]
    project(tmp_path, code, "en")
    built = build(tmp_path)
    page = parse(built.read("prose/index.html"))
    (link,) = [a for a in page.all("a") if a.attributes.get("data-term") == "network"]
    assert link.text == locale.found
    assert page.all("html")[0].attributes["lang"] == code
    assert page.all("body")[0].attributes["dir"] == locale.direction
    index = parse(built.read("glossary/index.html"))
    assert index.all("h1")[0].text.startswith(locale.glossary)
    assert locale.letter in [h.text for h in index.all("h2")]
    rows = {row[0]: row[1:] for row in json.loads(built.read("search/names.json"))}
    assert rows["glossary/network/"][0] == locale.term
    assert (theme_language(code) or "en") == locale.theme
    capsys.readouterr()
    main(["check", str(tmp_path / "glossary"), "--ignore", "T101,T102"])
    assert "Nothing to report" in capsys.readouterr().out


def test_a_fresh_project_has_nothing_to_report(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["init", str(tmp_path), "--languages", *LOCALES]) == 0
    assert main(["check", str(tmp_path / "glossary")]) == 0, capsys.readouterr().out
    built = build(tmp_path)
    for code in LOCALES:
        home = "" if code == "nb-NO" else f"{code}/"
        page = parse(built.read(f"{home}glossary/term/index.html"))
        assert page.all("html")[0].attributes["lang"] == code


@pytest.mark.parametrize("languages", [("zh-TW", "zh-Hans"), ("no", "nb-NO"), ("sr-Latn", "se")])
def test_relatives_side_by_side(languages: tuple[str, str], tmp_path: Path) -> None:
    project(tmp_path, *languages)
    built = build(tmp_path)
    for home, code in zip(("", f"{languages[1]}/"), languages, strict=True):
        page = parse(built.read(f"{home}glossary/network/index.html"))
        assert page.all("h1")[0].text.startswith(LOCALES[code].term)
        shorts = [s.text for s in page.all("span") if s.attributes.get("class") == "ol-languages__short"]
        assert len(set(shorts)) == 2, "two languages that cannot be told apart"


def test_no_is_a_word(tmp_path: Path) -> None:
    """For YAML 1.1, `no` is a Boolean: what is written for others to read has it in quotes."""
    assert main(["init", str(tmp_path), "--languages", "en", "no"]) == 0
    for path in (*tmp_path.glob("*.yml"), *tmp_path.rglob("glossary/**/*.yml")):
        assert not re.search(r"(?m)^[ -]*no:|: no$", path.read_text("utf-8")), path
    assert build(tmp_path).read("no/index.html")


def test_codes_are_written_as_they_should_be(tmp_path: Path) -> None:
    assert main(["init", str(tmp_path), "--languages", "en-us", "nb_no", "ZH-hant"]) == 0
    assert sorted(path.name for path in (tmp_path / "docs").iterdir()) == [
        "index.en-US.md",
        "index.nb-NO.md",
        "index.zh-Hant.md",
    ]
