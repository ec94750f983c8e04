"""What every demo folder must hold to, whatever it shows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import gradio as gr
import pytest
from PIL import Image

from demos.kit import registry
from demos.kit.labels import Labels
from demos.kit.registry import import_app, load_demos
from glossary.demos import Demo
from glossary.load import load
from tests.ordlab import LANGUAGES, TERMBASE

DEMOS = load_demos(LANGUAGES, strict=True)
FORBIDDEN = {"state", "html", "plot"}  # a connection each, unsafe-eval, and Matplotlib's missing fonts
STILL_BYTES = 80_000

every_demo = pytest.mark.parametrize("demo", DEMOS.values(), ids=DEMOS)
in_every_language = pytest.mark.parametrize("lang", LANGUAGES)


@pytest.fixture(scope="module")
def built() -> dict[tuple[str, str], gr.Blocks]:
    """Every demo in every language."""
    return {
        (demo.name, lang): import_app(demo).build(demo, language)
        for demo in DEMOS.values()
        for lang, language in LANGUAGES.items()
    }


def components(blocks: gr.Blocks) -> Iterator[dict[str, Any]]:
    yield from blocks.get_config_file()["components"]


def shown_texts(blocks: gr.Blocks) -> set[str]:
    """All words that stand in a demo's interface when it opens."""
    texts: set[str] = set()
    for component in components(blocks):
        props = component["props"]
        texts |= {str(props[key]) for key in ("label", "info", "alt_text") if props.get(key)}
        texts |= {str(props["value"])} if component["type"] in ("button", "markdown") else set()
        texts |= {str(choice[0]) for choice in props.get("choices") or []}
    return texts


def test_there_are_demos() -> None:
    assert {"generator", "discriminator", "latent_space"} <= set(DEMOS)


@every_demo
@in_every_language
def test_it_opens_in_the_language_of_the_page(
    built: dict[tuple[str, str], gr.Blocks], demo: Demo, lang: str
) -> None:
    blocks = built[demo.name, lang]
    assert blocks.title == demo.title[lang]
    texts = shown_texts(blocks)
    assert demo.try_this[lang] in texts
    words = [label[lang] for label in demo.labels.values()]
    others = {
        text
        for other in LANGUAGES
        if other != lang
        for label in demo.labels.values()
        if (text := label[other]) not in words
    }
    assert not texts & others, "words of another language"


@every_demo
def test_it_says_every_word_it_has(demo: Demo) -> None:
    """A label that nothing shows is a translation nobody needed, or a control somebody forgot."""
    code = (demo.folder / "app.py").read_text(encoding="utf-8")
    families = re.findall(r'f"(\w+_)\{', code)
    said = set(re.findall(r'"(\w+)"', code))
    pictures = set(re.findall(r'picture\(\s*labels,\s*"(\w+)"', code))
    unused = [
        key
        for key in demo.labels
        if key not in said
        and not key.startswith(tuple(families))
        and key.removesuffix("_alt") not in pictures
    ]
    assert not unused


@every_demo
@in_every_language
def test_it_keeps_no_connection_open_and_needs_no_eval(
    built: dict[tuple[str, str], gr.Blocks], demo: Demo, lang: str
) -> None:
    kinds = {component["type"] for component in components(built[demo.name, lang])}
    assert not kinds & FORBIDDEN
    events = {target[1] for fn in built[demo.name, lang].fns.values() for target in fn.targets}
    assert "unload" not in events
    assert "load" not in events, "a demo opens with its answer on screen"


@every_demo
@in_every_language
def test_every_picture_says_what_it_shows_and_offers_no_sharing(
    built: dict[tuple[str, str], gr.Blocks], demo: Demo, lang: str
) -> None:
    images = [c["props"] for c in components(built[demo.name, lang]) if c["type"] == "image"]
    assert images
    for props in images:
        assert props["label"]
        assert props["alt_text"]
        assert props["value"], "a picture is on screen when the demo opens"
        assert props["buttons"] == []
        assert not props["interactive"], "a reader sends no pictures"


@every_demo
@in_every_language
def test_every_control_has_a_label_and_there_are_few(
    built: dict[tuple[str, str], gr.Blocks], demo: Demo, lang: str
) -> None:
    kinds = ("slider", "number", "radio", "dropdown", "checkboxgroup", "textbox", "checkbox")
    controls = [c for c in components(built[demo.name, lang]) if c["type"] in kinds]
    assert all(c["props"]["label"] for c in controls)
    tabs = max(1, sum(c["type"] == "tabitem" for c in components(built[demo.name, lang])))
    assert len(controls) <= 5 * tabs


@every_demo
def test_its_still_is_a_small_wide_picture(demo: Demo) -> None:
    assert demo.still.stat().st_size <= STILL_BYTES
    with Image.open(demo.still) as still:
        assert still.format == "WEBP"
        assert still.width >= 600
        assert still.width > still.height


@every_demo
def test_its_terms_exist(demo: Demo) -> None:
    assert set(demo.terms) <= set(load(TERMBASE).concepts)


@every_demo
def test_it_waits_in_line_and_calls_no_name_of_its_own(
    built: dict[tuple[str, str], gr.Blocks], demo: Demo
) -> None:
    for fn in built[demo.name, next(iter(LANGUAGES))].fns.values():
        assert fn.queue
        assert fn.api_visibility == "private"
        assert callable(fn.fn)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_numbers_are_written_as_the_language_writes_them(lang: str) -> None:
    labels = Labels(next(iter(DEMOS.values())), LANGUAGES[lang])
    expected = {
        "nb": ("−1,50", "310\u00a0000", "83\u00a0%"),
        "en": ("−1.50", "310,000", "83%"),
        "zh": ("−1.50", "310,000", "83%"),
    }[lang]
    assert labels.chance(0.9999) == f"> {labels.percent(0.99)}"
    assert labels.chance(0.0001) == f"< {labels.percent(0.01)}"
    assert labels.chance(0.5) == labels.percent(0.5)
    assert (labels.number(-1.5, 2), labels.thousands(310_000), labels.percent(0.83)) == expected


def test_the_demos_wear_the_sites_colours() -> None:
    """`theme.py` repeats the tokens of the site's style sheet, which Gradio cannot read."""
    from demos.kit import theme

    tokens = (registry.ROOT.parents[1] / "glossary" / "frame" / "assets" / "css" / "tokens.css").read_text()
    pairs = dict(re.findall(r"--ol-([\w-]+): light-dark\((#\w+, #\w+)\)", tokens))
    for name in ("raised", "sunken", "line", "edge", "ink", "muted", "link", "link-strong", "accent"):
        assert ", ".join(getattr(theme, name.upper().replace("-", "_"))) == pairs[name], name


def test_words_of_norwegian_and_chinese_are_written_as_the_languages_write() -> None:
    """«» and no straight quotes in Norwegian; full-width marks beside Chinese characters."""
    for demo in DEMOS.values():
        texts = [demo.title, demo.summary, demo.try_this, demo.alt, *demo.labels.values()]
        for text in texts:
            assert '"' not in "".join(text.values()), text
            assert not re.search("[“”]", text["nb"]), text["nb"]
            assert not re.search(r"[一-鿿][,;:?!()]|[,;:?!(][一-鿿]", text["zh"]), text["zh"]


def test_paths_are_the_packages_own() -> None:
    assert all(demo.folder.parent == registry.ROOT for demo in DEMOS.values())
