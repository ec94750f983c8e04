"""Figures: what is read, every fault with its place, and where labels go."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from glossary import cards
from glossary.cards import Numbers
from glossary.drawing import FONT, draw, measure, wrap
from glossary.embeds import fill
from glossary.figures import read
from glossary.load import load
from tests.glossary import data_files
from tests.glossary.data_files import LANGUAGES
from tests.ordlab import TERMBASE

SOUND = """\
caption: {nb: Et nettverk, en: A network}
alt: {nb: En boks og en pil., en: A box and an arrow.}
height: 10
draw:
  - box: [1, 1, 12, 5]
    look: main
    label: {nb: Generator, en: Generator}
    note: {nb: lager bilder, en: makes pictures}
  - arrow: [13, 3.5, 20, 3.5]
  - text: [25, 3.5, 8]
    label: z
  - pixels: [30, 1, 4]
    rows: ["09", "50"]
"""
ROOT = Path(__file__).parents[2]


def faults(folder: Path, text: str) -> list[data_files.Fault]:
    return data_files.faults(read, folder, text)


def test_a_sound_figure_is_what_the_file_says(tmp_path: Path) -> None:
    assert faults(tmp_path, SOUND) == []
    figure = read(tmp_path, LANGUAGES)[0]["x"]
    assert (figure.caption["nb"], figure.alt["en"], figure.height) == (
        "Et nettverk",
        "A box and an arrow.",
        10,
    )
    assert [shape.kind for shape in figure.shapes] == ["box", "arrow", "text", "pixels"]
    assert figure.shapes[2].label == {"nb": "z", "en": "z"}, "one text is the same in every language"
    texts = [line for mark in draw(figure, "en") for line, _, _ in mark.lines]
    assert texts == ["Generator", "makes pictures", "z"]


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        (", en: A network", "", ("F001", 1, "en", "caption.en")),
        ("nb: En boks og en pil.", "nb: ''", ("F001", 2, "nb", "alt.nb")),
        ("en: makes pictures", "sv: a", ("F001", 8, "en", "draw[0].note.en")),
        ("en: makes pictures", "sv: a", ("T009", 8, "", "draw[0].note.sv")),
        ("height: 10\n", "", ("F002", 1, "", "height")),
        ("height: 10", "height: ten", ("F002", 3, "", "height")),
        ("height: 10", "height: .inf", ("F002", 3, "", "height")),
        ("[1, 1, 12, 5]", "[1, 1, 12]", ("F002", 5, "", "draw[0].box")),
        ("[1, 1, 12, 5]", "[1, 1, 12, wide]", ("F002", 5, "", "draw[0].box")),
        ("[13, 3.5, 20, 3.5]", "[13, 3.5]", ("F002", 9, "", "draw[1].arrow")),
        ("[13, 3.5, 20, 3.5]", "[13, 3.5, 20]", ("F002", 9, "", "draw[1].arrow")),
        ("[1, 1, 12, 5]", "[1, 1, -12, 5]", ("F002", 5, "", "draw[0].box")),
        ("[30, 1, 4]", "[30, 1, 0]", ("F002", 12, "", "draw[3].pixels")),
        ("    label: {nb: Generator, en: Generator}\n", "", ("F002", 5, "", "draw[0].label")),
        ("look: main", "look: mane", ("F002", 6, "", "draw[0].look")),
        ("  - arrow: ", "  - arow: ", ("F002", 9, "", "draw[1]")),
        ("    label: z\n", "", ("F002", 10, "", "draw[2].label")),
        ('["09", "50"]', '["09", "5"]', ("F002", 13, "", "draw[3].rows")),
        ('["09", "50"]', '["0x", "50"]', ("F002", 13, "", "draw[3].rows")),
        ("en: Generator", "en: Convolutional generator", ("F003", 5, "en", "draw[0].label.en")),
        ("en: Generator", "en: Discombobulator", ("F003", 5, "en", "draw[0].label.en")),
        ("[13, 3.5, 20, 3.5]", "[13, 3.5, 39, 3.5]", ("F004", 9, "", "draw[1]")),
        ("[1, 1, 12, 5]", "[1, 6, 12, 5]", ("F004", 5, "", "draw[0]")),
    ],
)
def test_every_fault_names_its_place(tmp_path: Path, old: str, new: str, fault: data_files.Fault) -> None:
    assert old in SOUND
    assert fault in faults(tmp_path, SOUND.replace(old, new))


@pytest.mark.parametrize("text", ["", "[", "- a", "draw: a", SOUND.split("  - box")[0], "a: &x 1"])
def test_what_is_no_figure_is_reported(tmp_path: Path, text: str) -> None:
    assert faults(tmp_path, text)


def test_several_faults_come_in_one_run(tmp_path: Path) -> None:
    text = (
        SOUND.replace("en: A network", "sv: a").replace("look: main", "look: b").replace("20, 3.5", "99, 3.5")
    )
    assert {code for code, *_ in faults(tmp_path, text)} == {"T009", "F001", "F002", "F004"}


@pytest.mark.parametrize(
    "item", ["- box", "- [1, 2]", "- {box: {a: 1}}", "- {box: [], arrow: []}", "- {box: [[1]]}"]
)
def test_a_strange_shape_is_reported_and_the_rest_still_read(tmp_path: Path, item: str) -> None:
    assert faults(tmp_path, f"{SOUND}  {item}\n")
    assert len(read(tmp_path, LANGUAGES)[0]["x"].shapes) == 4


@settings(deadline=None)
@given(
    st.text(st.sampled_from("ab mW- ,.生成器，。（）“”\n"), min_size=1).filter(str.strip),
    st.sampled_from(list(FONT)),
)
def test_wrapping_loses_nothing_and_uses_no_more_lines_than_needed(text: str, look: str) -> None:
    lines = wrap(text, 120, look)
    assert re.sub(r"\s", "", "".join(lines)) == re.sub(r"\s", "", text)
    assert not any(line.startswith(tuple("，。）”")) for line in wrap(text.replace("\n", ""), 120, look)[1:])


def test_lines_are_as_even_as_they_can_be() -> None:
    one, two = wrap("a prompt and a picture of it", 150, "plain")
    assert (one, two) == ("a prompt and", "a picture of it")
    assert max(measure(one, "plain"), measure(two, "plain")) <= 150
    assert wrap("一 行", 150, "plain") == ["一 行"]


def asked_for(markdown: str) -> list[str]:
    """The figures that a page asks for: to a site that has none, each is a fault."""
    messages: list[str] = []
    fill(markdown, "figure", (), str, lambda line, message, fix: messages.append(message))
    return [message.split("“")[1].rstrip("”") for message in messages]


def test_the_sites_own_figures_are_sound_and_asked_for() -> None:
    languages = ("nb", "en", "zh")
    found, problems = read(ROOT / "docs" / "figures", languages, Numbers(cards.read(ROOT / "demos")))
    assert problems == []
    of_terms = {concept.figure for concept in load(TERMBASE).concepts.values() if concept.figure}
    for lang in languages:
        pages = sorted((ROOT / "docs").rglob(f"*.{lang}.md"))
        asked = [id for path in pages for id in asked_for(path.read_text("utf-8"))]
        assert len(asked) == len(set(asked)), f"{lang}: each figure belongs on one page written by hand"
        assert {*asked, *of_terms} == set(found), f"{lang}: each figure belongs on a page or to a term"


def test_the_sites_own_figures_say_everything_in_every_language() -> None:
    found, _ = read(ROOT / "docs" / "figures", ("nb", "en", "zh"), Numbers(cards.read(ROOT / "demos")))
    assert found
    for figure in found.values():
        texts = [figure.caption, figure.alt]
        texts += [text for shape in figure.shapes for text in (shape.label, shape.note) if text]
        assert all(text[lang] for text in texts for lang in ("nb", "en", "zh"))
        for lang, least in (("nb", 150), ("en", 150), ("zh", 60)):
            assert len(figure.alt[lang]) >= least, (
                f"{figure.id}: the {lang} description is too short to replace it"
            )
        assert not re.search(
            "[,;:?!]", re.sub("[\x20-\x7e]{2,}", "", figure.caption["zh"] + figure.alt["zh"])
        )
