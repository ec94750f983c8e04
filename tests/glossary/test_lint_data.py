"""The check of what stands in YAML beside the concepts: quizzes, figures, demos, labels, heads of pages."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from glossary.__main__ import main
from glossary.check import check
from glossary.lint.gaps import SHOWN
from glossary.lint.reference import descriptions
from glossary.lint.rule import Facts
from glossary.load import load
from glossary.model import Problem
from tests.glossary.test_lint import FILES, findings, write

QUIZ = """\
# A quiz
title: {nb: Prøv deg, en: Try the nerve net, zh: 试试}  # its title
questions:
  - question:
      nb: Hva er "latent"?
      en: What is it?
      zh: 什么,怎么?
    answers:
      # The right one
      - right: true
        text: {nb: Ja, en: Yes, zh: "是 (对)"}
        why:
          nb: >-
            Fordi det er en test over flere
            linjer om et neuralt
            nettverk.
          en: 'It''s a nerve net.'
          zh: 因为。
      - text: {nb: Nei, en: No, zh: 否}
        why: {nb: Nei., en: No., zh: 不。}
"""
FIGURE = """\
caption: {nb: Et rom, en: A lantent space, zh: 空间}
alt:
  nb: Et rom. # kort
  en: |
    A box.

    A lantent space in it.
  zh: 空间。
height: 10
draw:
  - box: [1, 1, 20, 5]  # the box
    label: {nb: Neuralt nettverk, en: Net, zh: 网络}
    note: z
"""
DEMO = """\
terms: {latent-space: }
title: {nb: Et rom, en: A lantent space, zh: 空间}
summary: {nb: Et rom., en: A space., zh: 空间。}
try: {nb: Dra., en: Drag., zh: 拖动.}
alt: {nb: Et rom., en: A space., zh: 空间。}
labels:
  score: {nb: "**{n}** i \\"rom\\"", en: "**{n}** in `nerve net`, a nerve net", zh: "{n}"}
"""
WORDS = 'loading: {nb: Vent., en: Wait for the nerve net., zh: "请等。"}\n'
PAGE = """\
---
title: The nerve net
# Why it matters
description: >-
  All about a lantent space
  and more.
tags: [nerve net]
---

# Text
"""
DEMO_FILES = {"demos/apps/space/app.py": "", "demos/apps/space/still.webp": ""}
SPACE = "glossary/terms/latent-space.yml"
LINKING = "  example: |\n    A\n    [B](b.md).\n"
PATH = """\
title: {nb: En, en: One, zh: 一}
promise: {nb: Du lærer., en: You learn., zh: 学习。}
audience: {nb: alle, en: everyone, zh: 所有人}
stops: [{term: latent-space, why: {nb: Se, en: Look, zh: 看}}, {page: x.md, why: {nb: Les, en: Read, zh: 读}}]
quiz: before
"""
WITH_PATH = {SPACE: FILES[SPACE], "docs/x.md": "# X\n"}
WITH_DEMO = {SPACE: FILES[SPACE], **DEMO_FILES}


def places(problems: list[Problem]) -> list[tuple[str, int, str, str, str]]:
    """Each finding with what stands at its column: six characters, none where only the line is known."""
    return [(p.code, p.line, at_column(p), p.lang, p.key) for p in problems]


def at_column(problem: Problem) -> str:
    line = Path(problem.file).read_text("utf-8").splitlines()[problem.line - 1]
    return line[problem.column - 1 :][:6] if problem.column else ""


# Wording


def test_quizzes_are_read(tmp_path: Path) -> None:
    problems = findings(tmp_path, {}, {"docs/quizzes/q.yml": QUIZ})
    assert places(problems) == [
        ("T201", 2, "nerve ", "en", "title"),
        ("T302", 5, '"laten', "nb", "questions[0].question"),
        ("T301", 7, ",怎么?", "zh", "questions[0].question"),
        ("T301", 7, "?", "zh", "questions[0].question"),
        ("T301", 11, '(对)"}', "zh", "questions[0].answers[0].text"),
        ("T201", 15, "neural", "nb", "questions[0].answers[0].why"),
        ("T201", 17, "nerve ", "en", "questions[0].answers[0].why"),
    ]
    assert {(p.id, p.file.rpartition("docs/")[2], p.severity) for p in problems} == {
        ("q", "quizzes/q.yml", "warning")
    }
    assert problems[0].message == "“nerve net” is deprecated"
    assert problems[0].fix == "write “neural network”"


def test_figures_are_read_and_signs_for_all_languages_are_not(tmp_path: Path) -> None:
    problems = findings(tmp_path, {}, {"docs/figures/f.yml": FIGURE})
    assert places(problems) == [
        ("T201", 1, "lanten", "en", "caption"),
        ("T201", 7, "lanten", "en", "alt"),
        ("T201", 12, "Neural", "nb", "draw[0].label"),
    ]


def test_demos_and_their_words_are_read_as_markdown(tmp_path: Path) -> None:
    files = {**WITH_DEMO, "demos/apps/space/demo.yml": DEMO, "demos/kit/words.yml": WORDS}
    problems = findings(tmp_path, {}, files)
    assert places(problems) == [
        ("T201", 2, "lanten", "en", "title"),
        ("T301", 4, ".}", "zh", "try"),
        ("T201", 7, "nerve ", "en", "labels.score"),
        ("T302", 7, "", "nb", "labels.score"),
        ("T201", 1, "nerve ", "en", "loading"),
    ]
    assert [p.id for p in problems] == [*["space"] * 4, "kit"]


def test_what_stands_above_a_page_is_read(tmp_path: Path) -> None:
    problems = findings(tmp_path, {"x.en.md": PAGE})
    assert places(problems) == [
        ("T201", 2, "nerve ", "en", "title"),
        ("T201", 5, "lanten", "en", "description"),
    ]


def test_subjects_interface_words_and_titles_of_works_are_read(tmp_path: Path) -> None:
    files = {
        "glossary/subjects.yml": 'models: {nb: "\\"modeller\\"", en: nerve nets, zh: 模型}\n',
        "glossary/languages.yml": FILES["glossary/languages.yml"].replace(
            "reference: true", "reference: true, text: {glossary: All nerve nets}"
        ),
        "glossary/sources.yml": """\
a: {title: On a nerve net, lang: en}
b: {title: "关于网络,一", lang: zh}
c: {title: Om "nett", lang: nb}
d: {title: Über "Netze", lang: de}
""",
    }
    found = [(Path(p.file).name, p.code, p.line, at_column(p)) for p in findings(tmp_path, {}, files)]
    assert found == [
        ("languages.yml", "T201", 2, "nerve "),
        ("sources.yml", "T301", 2, ',一", l'),
        ("sources.yml", "T302", 3, '"nett"'),
        ("subjects.yml", "T201", 1, "nerve "),
        ("subjects.yml", "T302", 1, ""),
    ]


def test_other_projects_folders_are_where_its_settings_say(tmp_path: Path) -> None:
    settings = """\
docs_dir: text
plugins:
  - search
  - ordlab: {quizzes: tests, figures: drawn, demos: live}
"""
    files = {
        "mkdocs.yml": settings,
        "text/tests/q.yml": QUIZ,
        "text/drawn/f.yml": FIGURE,
        "live/apps/space/demo.yml": DEMO,
        "docs/quizzes/q.yml": QUIZ,
    }
    found = {Path(p.file).relative_to(tmp_path).parts[:2] for p in findings(tmp_path, {}, files)}
    assert found == {
        ("text", "tests"),
        ("text", "drawn"),
        ("live", "apps"),
        *{("glossary", "terms")} & found,
    }


PIECES = [
    "alpha",
    "beta",
    "alphabet",
    "'",
    '"',
    ":",
    ": ",
    " #",
    "# ",
    "{",
    "，",
    "\n",
    "\n\n",
    " ",
    "  ",
    "\\",
    "-",
    "é",
]


@given(
    pieces=st.lists(st.sampled_from(PIECES), min_size=1, max_size=14),
    style=st.sampled_from(["|", ">", "'", '"', None]),
    width=st.sampled_from([10, 1000]),
    is_head=st.booleans(),
)
@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_a_reader_reads_is_found_again_however_yaml_writes_it(
    pieces: list[str], style: str | None, width: int, is_head: bool, tmp_path: Path
) -> None:
    """Every word has its own place in the file, or only a line; and the same word stands there."""
    text = "".join(pieces)
    key, about = ("description", "alpha") if is_head else ("en", "Alpha: alpha")
    said = yaml.dump({key: text}, default_style=style, width=width, allow_unicode=True)
    source = (
        f"# alpha\n{said}" if is_head else f"title: # {about}\n  " + said.replace("\n", "\n  ").rstrip(" ")
    )
    name = "docs/x.en.md" if is_head else "docs/quizzes/q.yml"
    source = f"---\n{source}---\n\n# Alpha alpha\n" if is_head else source
    folder = write(tmp_path, {}, {name: source})
    found = [t for t in Facts(load(folder), tmp_path).data_texts if t.path.name in ("x.en.md", "q.yml")]
    assert len(found) <= 1
    places = []
    for read in found:
        assert " ".join(read.prose.split()) == " ".join(text.split())
        for word in re.finditer(r"alpha|beta", read.prose):
            place = read.place(*word.span())
            if place.span:
                before = source[: place.span[0]]
                assert source[slice(*place.span)] == word[0]
                assert (place.line, place.column) == (
                    before.count("\n") + 1,
                    len(before) - before.rfind("\n"),
                )
                places.append(place.span)
    assert len(places) == len(set(places))
    (tmp_path / name).unlink()


@pytest.mark.parametrize("style", ["|", ">", "'", '"', None])
def test_every_way_of_writing_has_places(style: str | None, tmp_path: Path) -> None:
    width = 1000 if style == '"' else 12  # the library breaks lines in double quotes by escapes
    said = yaml.dump({"en": "It's a nerve net - the nerve net"}, default_style=style, width=width)
    problems = findings(
        tmp_path, {}, {"docs/quizzes/q.yml": "title:\n  " + said.replace("\n", "\n  ").rstrip(" ")}
    )
    words = [(problem.code, at_column(problem)[:5]) for problem in problems if problem.severity == "warning"]
    assert words == [("T201", "nerve")] * 2


# What `mkdocs.yml` says

MKDOCS = """\
site_name: Neurale nettverk  # kort
site_description: !ENV [ABOUT, Neuralt nettverk]
nav:
  - Det "nye": index.md
  - Hjelp:
      - Om neuralt nettverk: help/nn.md
      - help/gan.md
  - GitHub: https://example.org
plugins:
  - search
  - i18n:
      languages:
        - {locale: nb, name: Norsk, default: true}
        - locale: en
          site_name: The nerve net
          nav_translations: {Det "nye": The new, Hjelp: Help for a nerve net, GitHub: GitHub}
        - locale: zh
          site_description: >-
            模型
            空间,都有
          nav_translations:
            Hjelp: 帮助 (全部)
            Om neuralt nettverk: 关于网络
        - locale: se
        - {locale: de, build: false}
        - {locale: null, name: Elsewhere}
markdown_extensions:
  - toc: {permalink: true, slugify: !!python/name:markdown.extensions.toc.slugify_unicode {}}
"""
I18N = "plugins[1].i18n.languages"


def test_titles_of_the_navigation_and_names_of_the_site_are_read(tmp_path: Path) -> None:
    found = places([p for p in findings(tmp_path, {}, {"mkdocs.yml": MKDOCS}) if p.code != "T503"])
    assert found == [
        ("T201", 1, "Neural", "nb", "site_name"),
        ("T302", 4, '"nye":', "nb", 'nav[0].Det "nye"'),
        ("T201", 6, "neural", "nb", "nav[1].Hjelp[0].Om neuralt nettverk"),
        ("T201", 15, "nerve ", "en", f"{I18N}[1].site_name"),
        ("T201", 16, "nerve ", "en", f"{I18N}[1].nav_translations.Hjelp"),
        ("T301", 20, ",都有", "zh", f"{I18N}[2].site_description"),
        ("T301", 22, "(全部)", "zh", f"{I18N}[2].nav_translations.Hjelp"),
    ]


def test_a_title_that_some_readers_do_not_get(tmp_path: Path) -> None:
    found = [p for p in findings(tmp_path, {}, {"mkdocs.yml": MKDOCS}) if p.code == "T503"]
    about = [(p.line, p.lang, p.key.rpartition("nav_translations.")[2], p.fix) for p in found]
    assert about == [
        (16, "en", "Om neuralt nettverk", "add “Om neuralt nettverk: …”"),
        (22, "zh", 'Det "nye"', 'add “Det "nye": …”'),
        (22, "zh", "GitHub", "add “GitHub: …”"),
    ]
    assert found[0].message == "the navigation has no English title for “Om neuralt nettverk”"
    bare = re.sub(r"          nav_translations: .*\n", "", MKDOCS)
    found = [p for p in findings(tmp_path, {}, {"mkdocs.yml": bare}) if (p.code, p.lang) == ("T503", "en")]
    assert {p.line for p in found} == {14}
    assert [p.fix for p in found if "GitHub" in p.key] == ["add “nav_translations: {GitHub: …}”"]
    assert len(found) == 4


def test_a_navigation_that_holds_itself_ends(tmp_path: Path) -> None:
    looped = MKDOCS.replace("nav:", "nav: &nav", 1).replace("  - Hjelp:", "  - Alt: *nav\n  - Hjelp:", 1)
    assert looped.count("*nav") == 1
    assert findings(tmp_path, {}, {"mkdocs.yml": looped})
    translations = MKDOCS.replace("nav_translations: {", "nav_translations: &them {Alt: *them, ", 1)
    assert translations.count("*them") == 1
    assert findings(tmp_path, {}, {"mkdocs.yml": translations})


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("{Hjem: Home}", "{Hjem: Home, Hjelp: Help}"),
        ("{Hjem: Home}", "{Hjem: Home} # ordlab-ignore T503: as it is"),
        ("nav_translations: {Hjem: Home}", "nav: [Home: index.md, Help: help.md]"),
        ("[{locale: nb}", "[{locale: nb, default: true, nav_translations: {Hjelp: Hjelpen}}"),
        ("locale: en", "locale: se"),
        ("nav: [Hjem: index.md, Hjelp: help.md]", "nav: [index.md, help.md]"),
    ],
)
def test_titles_that_all_readers_get(old: str, new: str, tmp_path: Path) -> None:
    nav, translations = descriptions()["T503"].bad.split("\n…\n")
    text = f"{nav}\nplugins:\n  - i18n:\n      languages: [{{locale: nb}}, {{locale: en, {translations}}}]\n"
    assert [p.code for p in findings(tmp_path, {}, {"mkdocs.yml": text})] == ["T503"]
    assert old in text
    assert findings(tmp_path, {}, {"mkdocs.yml": text.replace(old, new)}) == []


@pytest.mark.parametrize(
    "text",
    [
        *("", "- a", "x: \x00", "x: 2026-99-99"),
        *("nav: [", "nav: a", "nav: {a: b}", "nav: [[a], {b: [{c: d}, {e: null}]}]"),
        *("plugins: 5", "plugins: {i18n: }", "plugins: [i18n: {languages: x}]"),
        "plugins: [i18n: {languages: [a, {locale: [en]}, {locale: en, nav_translations: [a]}]}]",
    ],
)
def test_strange_settings_are_left_to_the_host(text: str, tmp_path: Path) -> None:
    assert findings(tmp_path, {}, {"mkdocs.yml": text}) == []


def test_what_a_new_project_begins_with_is_read(tmp_path: Path) -> None:
    words = """\
en:
  index: |
    A [[{first}|concept]] is no `nerve net`.

    A nerve net is.
  concept: {terms: [nerve net], definition: a lantent space}
zh: {subject: "网络,模型"}
de: {subject: nerve net}
"""
    assert places(findings(tmp_path, {}, {"glossary/starter/words.yml": words})) == [
        ("T201", 5, "nerve ", "en", "en.index"),
        ("T201", 6, "lanten", "en", "en.concept.definition"),
        ("T301", 7, ',模型"}', "zh", "zh.subject"),
    ]


# Mending


def test_mending_keeps_comments_and_order(tmp_path: Path) -> None:
    files = {
        **WITH_DEMO,
        "docs/quizzes/q.yml": QUIZ,
        "docs/figures/f.yml": FIGURE,
        "docs/x.en.md": PAGE,
        "demos/apps/space/demo.yml": DEMO,
        "demos/kit/words.yml": WORDS,
    }
    folder = write(tmp_path, {}, files)
    main(["check", "--fix", str(folder)])
    better = {
        "docs/quizzes/q.yml": QUIZ.replace("the nerve net", "the neural network")
        .replace('"latent"', "«latent»")
        .replace("什么,怎么?", "什么，怎么？")
        .replace('"是 (对)"', '"是（对）"')
        .replace("a nerve net", "a neural network")
        .replace("neuralt\n            nettverk", "nevralt\n            nettverk"),
        "docs/figures/f.yml": FIGURE.replace("lantent", "latent").replace("Neuralt", "Nevralt"),
        "docs/x.en.md": PAGE.replace("The nerve net", "The neural network").replace("lantent", "latent"),
        "demos/apps/space/demo.yml": DEMO.replace("lantent", "latent")
        .replace("拖动.", "拖动。")
        .replace("a nerve net", "a neural network"),
        "demos/kit/words.yml": WORDS.replace("nerve net", "neural network"),
    }
    for name, text in better.items():
        # A folded text loses its line break where two of its lines are one phrase.
        expected = text.replace("nevralt\n            nettverk", "nevralt nettverk")
        assert (tmp_path / name).read_text("utf-8") in (text, expected), name
        if name.endswith(".yml"):
            assert yaml.safe_load((tmp_path / name).read_text("utf-8")) == yaml.safe_load(text)
    left = check(load(folder), tmp_path)
    assert [(p.code, p.key) for p in left] == [("T302", "labels.score")]


def test_what_yaml_escapes_is_reported_and_left(tmp_path: Path) -> None:
    text = 'a: {nb: "\\"x\\" er \\"y\\"", en: "A \\x6eerve net", zh: 甲}\n'
    folder = write(tmp_path, {}, {"glossary/subjects.yml": text + FILES["glossary/subjects.yml"]})
    assert main(["check", "--fix", str(folder)]) == 1
    assert (tmp_path / "glossary/subjects.yml").read_text("utf-8").startswith(text)


# Silences


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("docs/quizzes/q.yml", "# its title", "# ordlab-ignore T201: its name"),
        ("docs/quizzes/q.yml", "# A quiz", "# ordlab-ignore T201: its name"),
        ("docs/figures/f.yml", "alt:\n", "# ordlab-ignore T201: all of it\nalt:\n"),
        ("docs/x.en.md", "# Why it matters", "# ordlab-ignore T201: it does"),
        ("docs/x.en.md", "title: The nerve net", "title: The nerve net # ordlab-ignore T201: a title"),
    ],
)
def test_silences_work_here_too(name: str, old: str, new: str, tmp_path: Path) -> None:
    files = {"docs/quizzes/q.yml": QUIZ, "docs/figures/f.yml": FIGURE, "docs/x.en.md": PAGE}
    before = findings(tmp_path, {}, {name: files[name]})
    assert old in files[name]
    after = findings(tmp_path, {}, {name: files[name].replace(old, new, 1)})
    assert len(after) == len(before) - 1
    assert "T401" not in {problem.code for problem in after}


@pytest.mark.parametrize(
    ("name", "text", "line"),
    [
        ("docs/quizzes/q.yml", QUIZ.replace("# The right one", "# ordlab-ignore T303: x"), 9),
        ("docs/x.en.md", PAGE.replace("# Why it matters", "# ordlab-ignore T303: x"), 3),
    ],
)
def test_idle_silences_are_reported_here_too(name: str, text: str, line: int, tmp_path: Path) -> None:
    idle = [p for p in findings(tmp_path, {}, {name: text}) if p.code == "T401"]
    assert [(p.line, Path(p.file).name) for p in idle] == [(line, Path(name).name)]


def test_lines_below_the_head_of_a_page_are_no_yaml(tmp_path: Path) -> None:
    text = "---\ntitle: Text\n---\n\n# ordlab-ignore T201: a heading\n\nA nerve net.\n"
    assert [p.code for p in findings(tmp_path, {"x.en.md": text})] == ["T201"]


# Damage


NORWEGIAN = """\
plugins:
  - i18n:
      languages:
        - {locale: nb}
        - name: norsk
          locale: no
"""


@pytest.mark.parametrize(
    ("name", "text", "code", "line", "lang", "key"),
    [
        (
            "docs/quizzes/q.yml",
            QUIZ.replace("      zh: 什么,怎么?\n", ""),
            "Q001",
            5,
            "zh",
            "questions[0].question.zh",
        ),
        (
            "docs/quizzes/q.yml",
            QUIZ.replace("right: true", "right: no"),
            "Q002",
            10,
            "",
            "questions[0].answers[0].right",
        ),
        ("docs/figures/f.yml", FIGURE.replace(", zh: 空间}", "}"), "F001", 1, "zh", "caption.zh"),
        ("docs/figures/f.yml", FIGURE.replace("20, 5", "50, 5"), "F004", 11, "", "draw[0]"),
        ("docs/figures/f.yml", FIGURE + "x: [\n", "T010", 14, "", ""),
        ("demos/apps/space/demo.yml", DEMO.replace("en: Drag., ", ""), "D003", 4, "en", "try"),
        ("demos/apps/space/demo.yml", DEMO.replace('zh: "{n}"', 'zh: "n"'), "D004", 7, "zh", "labels.score"),
        ("demos/kit/words.yml", WORDS.replace(", zh: ", ", zn: "), "D003", 1, "zh", "loading"),
        ("docs/x.en.md", PAGE.replace("title: The", "title: A: The"), "T010", 2, "en", ""),
        ("docs/x.en.md", PAGE.replace("title: The nerve net", "title: [The]"), "T007", 2, "en", "title"),
        ("docs/x.en.md", PAGE.replace("title: The nerve net", "title:"), "T028", 2, "en", "title"),
        ("docs/x.en.md", PAGE + '\n<div class="quiz" data-quiz="qq"></div>\n', "S006", 12, "en", ""),
        (SPACE, FILES[SPACE].replace("en:\n", f"{LINKING}en:\n"), "S005", 10, "nb", "example"),
        ("mkdocs.yml", NORWEGIAN, "S009", 6, "", "plugins.0.i18n.languages.1"),
    ],
)
def test_damage_is_reported_with_its_place_and_remedy(
    name: str, text: str, code: str, line: int, lang: str, key: str, tmp_path: Path
) -> None:
    files = {**DEMO_FILES, "demos/apps/space/demo.yml": DEMO, **WITH_DEMO, name: text}
    found = [p for p in findings(tmp_path, {}, files) if p.code == code]
    severity = "warning" if code in ("D003", "F001", "Q001") else "error"
    assert [(p.line, p.lang, p.key, p.severity) for p in found] == [(line, lang, key, severity)]
    assert found[0].fix
    assert found[0].file.endswith(name)


SCRAPS = [
    "title",
    "nb",
    "en",
    "zh",
    "questions",
    "draw",
    "label",
    ": ",
    ":\n",
    "\n",
    "  ",
    "- ",
    "[",
    "]",
    "{",
    "}",
    ",",
]
SCRAPS += [
    "---\n",
    "|",
    ">-",
    "'",
    '"',
    "&a",
    "*a",
    "!!x",
    "nerve net",
    "中,文",
    "[[x]]",
    "\t",
    "\x00",
    "\ufeff",
    "\\",
    "#",
]
SCRAPS += ["nav", "plugins", "i18n", "languages", "locale", "!ENV ", "!!python/name:x "]
SCRAPS += ["# ordlab-ignore T201", "<!-- ordlab-ignore T201 -->"]


@given(
    scraps=st.lists(st.sampled_from(SCRAPS), max_size=25).map("".join),
    name=st.sampled_from(
        [
            "docs/quizzes/q.yml",
            "docs/figures/f.yml",
            "docs/x.en.md",
            "demos/apps/space/demo.yml",
            "mkdocs.yml",
        ]
    ),
)
@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_a_file_holds_is_checked_fixed_or_refused(scraps: str, name: str, tmp_path: Path) -> None:
    source = f"---\n{scraps}\n---\n" if name.endswith(".md") else scraps
    try:
        for problem in findings(tmp_path, {}, {name: source}):
            if problem.file.endswith(name):
                assert 0 <= problem.line <= source.count("\n") + 2
                assert problem.code
        assert main(["check", "--fix", str(tmp_path / "glossary")]) in (0, 1)
    finally:
        (tmp_path / name).unlink()


def test_links_of_the_termbase_lead_to_pages(tmp_path: Path) -> None:
    """Only texts in languages that are built have an address from which to link."""

    def links(mkdocs: str, *pages: str) -> list[tuple[str, str]]:
        text = FILES[SPACE].replace(
            "  definition: v", "  explanation: '[b](sub/b.md), ![c][1]\n\n\n    [1]: c.png'\n  definition: v"
        )
        files = {SPACE: text, "mkdocs.yml": mkdocs, **{f"docs/{name}": "# B" for name in pages}}
        found = [p for p in findings(tmp_path, {}, files) if p.code == "S005"]
        return [(p.lang, p.message.partition("“")[2].partition("”")[0]) for p in found]

    both = [("nb", "sub/b.md"), ("nb", "c.png"), ("en", "sub/b.md"), ("en", "c.png")]
    assert links(FILES["mkdocs.yml"]) == both[:2]
    assert links(FILES["mkdocs.yml"] + SITE) == both
    assert links(FILES["mkdocs.yml"] + SITE, "sub/b.en.md", "c.png") == both[:1]
    assert links(FILES["mkdocs.yml"] + SITE, "sub/b.md", "c.png") == []


def test_a_head_that_the_host_takes_is_no_damage(tmp_path: Path) -> None:
    heads = ["---\n- a\n---\n", "---\nA text.\n---\n", "---\ntitle: &a T\ntags: [*a]\n---\n", "---\n\n---\n"]
    pages = {f"x{number}.en.md": f"{head}\n# Text\n" for number, head in enumerate(heads)}
    assert findings(tmp_path, pages) == []


def test_a_head_with_an_anchor_is_read_but_not_fixed(tmp_path: Path) -> None:
    page = "---\ntitle: &a The nerve net\nshort: *a\n---\n\n# Text\n"
    folder = write(tmp_path, {"x.en.md": page, "x.nb.md": "---\ntitle: Nett\n---\n\n# Tekst\n"})
    assert places(check(load(folder), tmp_path)) == [("T201", 2, "nerve ", "en", "title")]
    assert main(["check", "--fix", str(folder)]) == 1
    assert (tmp_path / "docs/x.en.md").read_text("utf-8") == page


def test_words_that_a_language_lacks(tmp_path: Path) -> None:
    files = {
        name: text.replace("zh:", "ja:").replace("pinyin", "latin")
        for name, text in FILES.items()
        if name == "glossary/languages.yml"
    }
    concept = "subject: models\nnb: {terms: [GAN], definition: b}\nen: {terms: [GAN], definition: b}\n"
    files |= {
        name: f"{concept}ja: {{terms: [{number}], definition: b}}\nrelated: []\n".replace(
            "GAN", f"GAN{number}"
        )
        for number, name in enumerate(n for n in FILES if "terms/" in n)
    }
    files["glossary/subjects.yml"] = "models: {nb: modeller, en: models, ja: モデル}\n"
    (problem,) = (p for p in findings(tmp_path, {}, files) if p.code == "S003")
    assert (problem.lang, problem.line) == ("ja", 3)


def test_words_that_nothing_shows(tmp_path: Path) -> None:
    listed = FILES["glossary/languages.yml"] + "sv:\n  text:\n    glosary: Ordlista\n"
    (problem,) = (
        p for p in findings(tmp_path, {}, {"glossary/languages.yml": listed}) if "glosary" in p.message
    )
    assert (problem.code, problem.lang, problem.severity) == ("S003", "sv", "warning")
    assert (problem.line, problem.fix) == (listed.count("\n"), "did you mean “glossary”?")


# Pages in every language

SITE = """
plugins:
  - i18n: {languages: [{locale: nb}, {locale: en}, {locale: zh, build: false}, {locale: se}]}
"""


def test_a_page_that_some_readers_do_not_get(tmp_path: Path) -> None:
    files = {"mkdocs.yml": FILES["mkdocs.yml"] + SITE}
    pages = {"a.nb.md": "# A", "a.en.md": "# A", "sub/b.en.md": "# B", "sub/c.md": "# C", "en/d.md": "# D"}
    pages["{e}.en.md"] = "# E"
    found = [p for p in findings(tmp_path, pages, files) if p.code == "T501"]
    assert [(Path(p.file).name, p.line, p.lang, p.fix.rpartition("docs/")[2]) for p in found] == [
        ("d.md", 1, "nb", "nb/d.md"),
        ("b.en.md", 1, "nb", "sub/b.nb.md"),
        ("c.md", 1, "en", "sub/c.en.md"),
        ("{e}.en.md", 1, "nb", "{e}.nb.md"),
    ]
    assert not [p for p in findings(tmp_path, {}) if p.code == "T501"], "a site in one language"


def test_pages_are_in_the_language_of_the_site_where_their_names_say_none(tmp_path: Path) -> None:
    i18n = "plugins: {i18n: {languages: [{locale: nb}, {locale: en, default: true}]}}\n"
    for number, text in enumerate([i18n, "theme: {name: material, language: en}\n"]):
        found = findings(tmp_path / str(number), {"x.md": "A nerve net."}, {"mkdocs.yml": text})
        assert [(p.code, p.lang) for p in found if p.code != "T501"] == [("T201", "en")]


@pytest.mark.parametrize(
    "page",
    [
        "# A <!-- ordlab-ignore T501: only here -->",
        "<!-- ordlab-ignore T501: only here -->\n\n# A",
        "---\n# ordlab-ignore T501: only here\ntitle: A\n---\n",
        "---\ntitle: A # ordlab-ignore T501: only here\n---\n",
    ],
)
def test_a_page_may_be_meant_for_some_readers_only(page: str, tmp_path: Path) -> None:
    folder = write(tmp_path, {"a.nb.md": page}, {"mkdocs.yml": FILES["mkdocs.yml"] + SITE})
    assert main(["check", "--select", "T501,T401", str(folder)]) == 0
    assert main(["check", "--select", "T2,T401", str(folder)]) == 0, (
        "a rule that did not run has no idle silence"
    )


def test_a_head_that_some_readers_do_not_get(tmp_path: Path) -> None:
    pages = {
        "a.nb.md": "---\ntitle: A\ndescription: Om A.\n---\n",
        "a.en.md": "---\ntitle: A\n---\n",
        "a.zh.md": "# A",
        "b.en.md": "# B",
    }
    found = [(Path(p.file).name, p.line, p.lang, p.key) for p in findings(tmp_path, pages)]
    assert found == [
        ("a.en.md", 1, "en", "description"),
        ("a.zh.md", 1, "zh", "description"),
        ("a.zh.md", 1, "zh", "title"),
    ]


@pytest.mark.parametrize(
    "code", ["Q001", "P001", "P002", "P003", "F001", "F002", "F003", "F004", "D003", "D004", "D005", "S006"]
)
def test_the_examples_of_damage_do_what_they_are_there_for(code: str, tmp_path: Path) -> None:
    quiz = (
        QUIZ.replace("nerve net", "net")
        .replace('"latent"', "det")
        .replace("什么,怎么?", "怎么")
        .replace(" (对)", "")
    )
    for lines in (descriptions()[code].bad, descriptions()[code].good):
        files = {
            "Q": {"docs/quizzes/before.yml": lines + quiz.partition("its title")[2]},
            "F": {"docs/figures/f.yml": FIGURE.partition("  - box")[0] + shape_with(lines)},
            "P": {**WITH_PATH, "docs/quizzes/before.yml": quiz, "docs/paths/p.yml": path_with(lines)},
            "D": {**WITH_DEMO, "demos/apps/space/demo.yml": demo_with(lines)},
            "S": {"docs/quizzes/before.yml": quiz, "docs/x.en.md": f"# Text\n\n{lines}\n"},
        }[code[0]]
        found = {p.code for p in findings(tmp_path, {}, files) if p.severity == "error" or p.code in SHOWN}
        assert found == ({code} if lines == descriptions()[code].bad else set())


def path_with(lines: str) -> str:
    """A learning path with these lines instead of its own."""
    key = lines.partition(":")[0]
    return "".join(line for line in PATH.splitlines(keepends=True) if not line.startswith(key)) + f"{lines}\n"


def demo_with(lines: str) -> str:
    """A demo with another label, or with these presets."""
    start, _, _ = DEMO.partition("  score:")
    label = "  level: {nb: Nivå, en: Level, zh: 亮度}\n"
    return f"{start}{label}{lines}\n" if lines.startswith("presets") else f"{start}  {lines}\n"


def shape_with(lines: str) -> str:
    """A shape of a figure, or one with these lines of it."""
    indented = lines.replace("\n", "\n  ")
    return f"  {indented}\n" if lines.startswith("-") else f"  - box: [1, 1, 12, 5]\n    {indented}\n"


# Output


def test_every_format_shows_these_findings(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, {}, {"docs/quizzes/q.yml": QUIZ.replace("title: {nb: Prøv deg, ", "title: {")})
    monkeypatch.chdir(tmp_path)
    shown = {}
    for format in ("text", "json", "sarif", "github"):
        assert main(["check", "--strict", "--format", format, "--select", "Q,T201"]) == 1
        shown[format] = capsys.readouterr().out
    assert "docs/quizzes/q.yml:2: error Q001 [nb title.nb]: nb is missing → add `nb: …`" in shown["text"]
    assert "docs/quizzes/q.yml:2:21: warning T201 [en title]: “nerve net” is deprecated" in shown["text"]
    row = json.loads(shown["json"])[1]
    assert (row["file"], row["line"], row["column"]) == ("docs/quizzes/q.yml", 2, 21)
    assert (row["code"], row["lang"], row["key"], row["id"]) == ("T201", "en", "title", "q")
    damage, words = json.loads(shown["sarif"])["runs"][0]["results"][:2]
    assert damage["locations"][0]["physicalLocation"]["region"] == {"startLine": 2}
    place = {"startLine": 2, "startColumn": 21, "endLine": 2, "endColumn": 30}
    assert words["locations"][0]["physicalLocation"]["region"] == place
    assert words["fixes"]
    assert "::error file=docs/quizzes/q.yml,line=2,title=Q001::" in shown["github"]
    assert "::warning file=docs/quizzes/q.yml,line=2,col=21,title=T201::" in shown["github"]


def test_select_and_ignore_know_every_code(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = str(write(tmp_path, {}, {"docs/quizzes/q.yml": QUIZ.replace("right: true", "right: no")}))
    for options, codes in (
        (["--select", "Q"], ["Q002", "Q003"]),
        (["--select", "Q,T2", "--ignore", "Q002"], ["Q003", "T201"]),
        (["--select", "S,F,D"], []),
    ):
        main(["check", "--format", "json", *options, folder])
        assert sorted({row["code"] for row in json.loads(capsys.readouterr().out)}) == codes
