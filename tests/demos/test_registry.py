"""What the registry makes of a `demo.yml`, right or wrong."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from demos.kit import registry
from demos.kit.registry import RegistryError, load_demos
from glossary.demos import read_demos
from tests.ordlab import LANGUAGES

GOOD = """\
terms: {tiny-term: , other-term: bright}
weights: [net]
title: {nb: Liten, en: Tiny, zh: 小}
summary: {nb: En liten demo., en: A tiny demo., zh: 小演示。}
try: {nb: Dra., en: Drag., zh: 拖动。}
alt: {nb: Grått, en: Gray, zh: 灰色}
presets:
  bright: {state: {level: 1.0, tab: b}, says: {nb: Lyst., en: It is bright., zh: 很亮。}}
labels:
  level: {nb: Nivå, en: Level, zh: 亮度}
  score:
    nb: "{n} av {all}"
    en: "{n} of {all}"
    zh: "{all} 中的 {n}"
"""


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Write a demo folder; returns the folder of demos."""

    def write(text: str, name: str = "tiny", files: tuple[str, ...] = ("app.py", "still.webp")) -> Path:
        (tmp_path / "models" / "net").mkdir(parents=True, exist_ok=True)
        apps = tmp_path / "apps"
        (apps / name).mkdir(parents=True)
        (apps / name / "demo.yml").write_text(text, encoding="utf-8")
        for file in files:
            (apps / name / file).touch()
        return apps

    return write


def test_a_good_demo_is_read_whole(write: Callable[..., Path]) -> None:
    root = write(GOOD)
    demo = load_demos(LANGUAGES, root, strict=True)["tiny"]
    assert demo.terms == {"tiny-term": "", "other-term": "bright"}
    assert demo.presets["bright"].state == {"level": "1.0", "tab": "b"}
    assert demo.presets["bright"].says["en"] == "It is bright."
    assert demo.weight_folders == (root.parent / "models" / "net" / "weights",)
    assert demo.kinds == ("pictures", "pretrained")
    assert demo.title == {"nb": "Liten", "en": "Tiny", "zh": "小"}
    assert demo.try_this["zh"] == "拖动。"
    assert demo.labels["level"]["nb"] == "Nivå"
    assert demo.still == root / "tiny" / "still.webp"


def test_a_preset_may_set_a_text_in_each_language(write: Callable[..., Path]) -> None:
    text = GOOD.replace("{level: 1.0, tab: b}", "{level: {nb: en, en: one, zh: 一}, tab: b}")
    preset = load_demos(LANGUAGES, write(text), strict=True)["tiny"].presets["bright"]
    assert preset.state == {"level": "en", "tab": "b"}
    assert preset.state_in("zh") == {"level": "一", "tab": "b"}
    assert preset.state_in("fr") == preset.state


def test_a_demo_has_weights_of_its_own_unless_a_model_has_its_name(write: Callable[..., Path]) -> None:
    own = write(GOOD.replace("[net]", "[tiny]"))
    assert load_demos(LANGUAGES, own, strict=True)["tiny"].weight_folders == (own / "tiny" / "weights",)
    root = write(GOOD, "net")
    assert load_demos(LANGUAGES, root)["net"].weight_folders == (root.parent / "models" / "net" / "weights",)


@pytest.mark.parametrize(
    ("edit", "kinds"),
    [
        (("weights: [net]\n", ""), ("pictures", "live")),
        (("[net]", "[net]\nkinds: [pretrained, live, sound]"), ("sound", "live", "pretrained")),
    ],
)
def test_the_kinds_are_said_or_follow_from_the_weights(
    write: Callable[..., Path], edit: tuple[str, str], kinds: tuple[str, ...]
) -> None:
    assert edit[0] in GOOD
    assert load_demos(LANGUAGES, write(GOOD.replace(*edit)), strict=True)["tiny"].kinds == kinds


def test_words_stay_words(write: Callable[..., Path]) -> None:
    """YAML 1.1 reads `no` as false and `1.0` as a number."""
    demo = load_demos(
        LANGUAGES, write(GOOD.replace("en: Level", "en: no").replace("nb: Nivå", "nb: 1.0")), strict=True
    )
    assert demo["tiny"].labels["level"] == {"nb": "1.0", "en": "no", "zh": "亮度"}


FAULTS = {
    "unknown key": (("try:", "tray:"), 5, "tray", "", "unknown key “tray”", "did you mean “try”?"),
    "missing key": (("alt: {nb: Grått, en: Gray, zh: 灰色}\n", ""), 1, "alt", "", "is missing", "add “alt:”"),
    "missing language": ((", zh: 小}", "}"), 3, "title", "zh", "missing in “zh”", "add “zh:”"),
    "unknown language": (("zh: 小}", "zh: 小, de: K}"), 3, "title.de", "", "unknown key “de”", "nb, en, zh"),
    "empty text": (("en: Drag.", "en: ' '"), 5, "try", "en", "the text is empty", "write it in “en”"),
    "list for a text": (
        ("en: Drag.", "en: [Drag]"),
        5,
        "try",
        "en",
        "expected text, found a list",
        "one text",
    ),
    "one text for all": (("{nb: Liten, en: Tiny, zh: 小}", "T"), 3, "title", "", "found a single text", ""),
    "empty terms": (("{tiny-term: , other-term: bright}", "{}"), 1, "terms", "", "no term", "on whose page"),
    "terms as a list": (
        ("{tiny-term: , other-term: bright}", "[tiny-term]"),
        1,
        "terms",
        "",
        "must name each concept",
        "{term-id: }",
    ),
    "unknown preset": (
        ("other-term: bright", "other-term: brigt"),
        1,
        "terms.other-term",
        "",
        "there is no preset “brigt”",
        "did you mean “bright”?",
    ),
    "unknown control": (
        ("{level: 1.0", "{levl: 1.0"),
        8,
        "presets.bright.state.levl",
        "",
        "there is no control “levl”",
        "did you mean “level”?",
    ),
    "preset that lacks a language": (
        ("{level: 1.0, tab: b}", "{level: {nb: en, en: one}, tab: b}"),
        8,
        "presets.bright.state.level",
        "zh",
        "missing in “zh”",
        "add “zh:”",
    ),
    "preset without state": (
        ("{state: {level: 1.0, tab: b}, says", "{says"),
        8,
        "presets.bright.state",
        "",
        "`state` is missing",
        "add `state:`",
    ),
    "preset without a sentence in one language": (
        (", en: It is bright.", ""),
        8,
        "presets.bright.says",
        "en",
        "missing in “en”",
        "add “en:”",
    ),
    "unknown weights": (("[net]", "[nett]"), 2, "weights", "", "no folder “nett”", "did you mean “net”?"),
    "unknown kind": (
        ("[net]", "[net]\nkinds: [pictures, liv]"),
        3,
        "kinds",
        "",
        "no kind of demo “liv”",
        "did you mean “live”?",
    ),
    "key twice": (("alt:", "title:"), 6, "title", "", "is given twice, first on line 3", "merge them"),
    "lost field": (("{n} of {all}", "{n}"), 11, "labels.score", "en", "{all} is missing", "as the others do"),
    "lone brace": (("{n} of {all}", "{n of"), 11, "labels.score", "en", "braces do not match", "{{"),
    "label misspelt": (("{nb: Nivå", "{nbb: Nivå"), 10, "labels.level.nbb", "", "unknown key", "“nb”?"),
}


@pytest.mark.parametrize(("edit", "line", "key", "lang", "message", "fix"), FAULTS.values(), ids=FAULTS)
def test_a_fault_is_named_with_its_place_and_remedy(
    write: Callable[..., Path],
    edit: tuple[str, str],
    line: int,
    key: str,
    lang: str,
    message: str,
    fix: str,
) -> None:
    assert edit[0] in GOOD
    root = write(GOOD.replace(*edit, 1))
    demos, problems = read_demos(root, tuple(LANGUAGES))
    # What is missing in one language only is lent by another one.
    assert bool(demos) == all(problem.severity == "warning" for problem in problems)
    found = [p for p in problems if (p.line, p.key, p.lang) == (line, key, lang)]
    assert found, "\n".join(map(str, problems))
    assert message in found[0].message
    assert fix in found[0].fix
    assert found[0].file == (root / "tiny" / "demo.yml").as_posix()
    assert found[0].id == "tiny"


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("", 1, "the file is empty"),
        ("- a\n- b\n", 1, "found a list"),
        ("title: {nb: [\nterms: x\n", 1, "not closed"),
        ("title: &a {nb: x}\nalt: *a\n", 1, "anchors and aliases"),
    ],
)
def test_a_broken_file_is_one_clear_fault(
    write: Callable[..., Path], text: str, line: int, message: str
) -> None:
    _, problems = read_demos(write(text), tuple(LANGUAGES))
    assert [(p.line, message in p.message) for p in problems] == [(line, True)], problems


def test_a_file_that_is_not_utf8_is_named(write: Callable[..., Path]) -> None:
    root = write("")
    (root / "tiny" / "demo.yml").write_bytes(b"title: \xe5\n")
    _, (problem,) = read_demos(root, tuple(LANGUAGES))
    assert "UTF-8" in problem.message


def test_missing_files_are_named(write: Callable[..., Path]) -> None:
    _, problems = read_demos(write(GOOD, files=()), tuple(LANGUAGES))
    assert {p.message for p in problems} == {"app.py is missing beside it", "still.webp is missing beside it"}


@pytest.mark.parametrize("name", ["_private", "my-demo"])
def test_a_folder_must_have_a_name_that_python_and_the_server_can_use(
    write: Callable[..., Path], name: str
) -> None:
    _, problems = read_demos(write(GOOD, name=name), tuple(LANGUAGES))
    assert [p.message for p in problems] == [f"“{name}” cannot name a demo"]


def test_one_broken_demo_takes_no_other_down(
    write: Callable[..., Path], caplog: pytest.LogCaptureFixture
) -> None:
    write(GOOD)
    root = write(GOOD.replace("[net]", "[nett]"), name="broken")
    assert list(load_demos(LANGUAGES, root)) == ["tiny"]
    assert "no folder “nett”" in caplog.text


def test_a_text_that_is_missing_is_lent(write: Callable[..., Path], caplog: pytest.LogCaptureFixture) -> None:
    demos = load_demos(LANGUAGES, write(GOOD.replace("en: Tiny, ", "")))
    assert (demos["tiny"].title["en"], demos["tiny"].title["en"].lang) == ("Liten", "nb")  # type: ignore[attr-defined]
    assert "1 texts of demos are missing in a language" in caplog.text


def test_strict_loading_names_all_faults_of_all_demos(write: Callable[..., Path]) -> None:
    write(GOOD.replace("en: Tiny, ", "").replace("en: Drag., ", ""))
    root = write("", name="empty")
    with pytest.raises(RegistryError) as caught:
        load_demos(LANGUAGES, root, strict=True)
    assert len(caught.value.problems) == 3
    assert len(str(caught.value).splitlines()) == 3


def test_the_registry_needs_neither_torch_nor_gradio() -> None:
    code = (
        "import sys; from demos.kit.registry import load_demos; load_demos(['nb', 'en', 'zh']);"
        "sys.exit(not {'torch', 'gradio', 'numpy'}.isdisjoint(sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=registry.ROOT.parents[1]).returncode == 0


def test_bold_words_can_be_closed() -> None:
    """Gradio's Markdown is CommonMark, where `**…。**字` stays as typed for want of a space."""
    for demo in load_demos(LANGUAGES).values():
        for label in demo.labels.values():
            for text in label.values():
                before, *rest = text.split("**")
                assert len(rest) % 2 == 0, text
                for bold, after in zip(rest[::2], rest[1::2], strict=True):
                    assert bold[-1].isalnum() or bold[-1] == "}" or not after[:1].isalnum(), text
                    assert bold[0].isalnum() or bold[0] == "{" or not before[-1:].isalnum(), text
                    before = after
