"""What every demo must hold to, whatever it shows."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlencode

import gradio as gr
import pytest
from PIL import Image

from demos.kit import registry
from demos.kit.app import App, Tab, declared, words_needed
from demos.kit.controls import (
    Camera,
    Choice,
    Choices,
    Control,
    Integer,
    Matrix,
    Points,
    Slider,
    Switch,
    Upload,
)
from demos.kit.faults import not_taken
from demos.kit.functions import ModelFunction, Runner, direct
from demos.kit.kept import digest
from demos.kit.labels import Labels
from demos.kit.notes import what_is_seen
from demos.kit.page import Page, direct_answers, make_page
from demos.kit.registry import load_demos
from demos.kit.state import parse, query
from demos.kit.stills import still
from glossary.demos import Demo
from glossary.load import load
from tests.ordlab import LANGUAGES, TERMBASE

DEMOS = load_demos(LANGUAGES, strict=True)
APPS = {name: declared(demo) for name, demo in DEMOS.items()}
FORBIDDEN = {"state", "html", "plot"}  # a connection each, unsafe-eval, and Matplotlib's missing fonts
SHOWN = ("label", "info", "alt_text", "placeholder", "submit_btn")  # properties that a reader sees
STILL_BYTES = 80_000
MOST_CONTROLS = 5  # in a tab, and in a line of what is folded away

every_demo = pytest.mark.parametrize("demo", DEMOS.values(), ids=DEMOS)
in_every_language = pytest.mark.parametrize("lang", LANGUAGES)
every_tab = pytest.mark.parametrize(
    ("app", "tab"),
    [(app, tab) for app in APPS.values() for tab in app.tabs],
    ids=[f"{app.demo.name}-{tab.name}" for app in APPS.values() for tab in app.tabs],
)


@pytest.fixture(scope="module")
def pages() -> dict[tuple[str, str], Page]:
    """Every demo's page in every language."""
    return {
        (name, lang): make_page(app, language, direct_answers(app, language))
        for name, app in APPS.items()
        for lang, language in LANGUAGES.items()
    }


def components(blocks: gr.Blocks) -> Iterator[dict[str, Any]]:
    yield from blocks.get_config_file()["components"]


def shown_texts(blocks: gr.Blocks) -> set[str]:
    """All words that stand on a demo's page before any answer."""
    texts: set[str] = set()
    for component in components(blocks):
        props = component["props"]
        texts |= {str(props[key]) for key in SHOWN if props.get(key)}
        texts |= {str(props["value"])} if component["type"] in ("button", "markdown") else set()
        texts |= {str(choice[0]) for choice in props.get("choices") or []}
    return texts


results: dict[object, Any] = {}


def once(function: ModelFunction, /, **inputs: Any) -> Any:
    """As `direct`, but equal calls are computed once: in each language an answer asks the models the same."""
    tensors, settings = function.split(inputs)
    shapes = str([(x.shape, x.dtype) for x in tensors.values()])
    key = function.name, repr(sorted(settings.items())), digest([shapes, *tensors.values()])
    if key not in results:
        results[key] = direct(function, **inputs)
    return results[key]


def whole_answer(
    app: App, tab: Tab, state: Mapping[str, Any], lang: str = "nb", run: Runner = once
) -> dict[str, str]:
    """What is on screen once an answer has come to its end."""
    shown: dict[str, str] = {}
    for part in tab.payloads(run, Labels(app.demo, LANGUAGES[lang]), state):
        shown |= part
    return shown


def other_value(control: Control, chance: random.Random) -> Any:
    """Some value that the control can take."""
    match control:
        case Integer():
            return chance.randint(control.low, control.high)
        case Slider():
            return control.at(chance.randint(0, control.steps))
        case Matrix():
            sent = [chance.uniform(control.low, control.high) for _ in range(control.fields)]
            return control.gathered(sent)
        case Choice():
            return chance.choice(control.options)
        case Choices():
            return tuple(option for option in control.options if chance.random() < 0.5)
        case Switch():
            return not control.default
        case Upload() | Camera():  # what has no place in an address
            return control.default
        case Points():
            places = [(chance.uniform(control.low, control.high), chance.uniform(control.low, control.high))]
            places += [(chance.gauss(), chance.gauss()) for _ in range(7)]
            value: Any = ()
            for x, y in places:
                value = control.added(value, x, y, chance.randrange(control.classes))
            return value
        case _:
            return "“å 好 & = ?”"


def test_there_are_demos() -> None:
    assert {"generator", "discriminator", "latent_space"} <= set(DEMOS)


# Its page


@every_demo
@in_every_language
def test_it_speaks_the_language_of_the_page(
    pages: dict[tuple[str, str], Page], demo: Demo, lang: str
) -> None:
    blocks = pages[demo.name, lang].blocks
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
def test_it_says_every_word_it_has(pages: dict[tuple[str, str], Page], demo: Demo) -> None:
    """A label that nothing shows is a translation nobody needed, or a control somebody forgot."""
    code = "\n".join(path.read_text(encoding="utf-8") for path in sorted(demo.folder.glob("*.py")))
    families = tuple(re.findall(r'f"(\w+_)\{', code))
    said = set(re.findall(r'"(\w+)"', code)) | words_needed(APPS[demo.name])  # a chart's stands in its answer
    shown = shown_texts(pages[demo.name, "nb"].blocks)
    on_page = {key for key, texts in demo.labels.items() if texts["nb"] in shown or "{" in texts["nb"]}
    assert [key for key in demo.labels.keys() - said - on_page if not key.startswith(families)] == []


@every_demo
@in_every_language
def test_it_keeps_no_connection_open_and_needs_no_eval(
    pages: dict[tuple[str, str], Page], demo: Demo, lang: str
) -> None:
    blocks = pages[demo.name, lang].blocks
    assert not {component["type"] for component in components(blocks)} & FORBIDDEN
    assert not [fn for fn in blocks.fns.values() if fn.js]
    events = {target[1] for fn in blocks.fns.values() for target in fn.targets}
    assert not events & {"load", "unload"}, "the server fills in what is on screen when a page opens"


@every_demo
@in_every_language
def test_every_picture_says_what_it_shows_and_offers_no_sharing(
    pages: dict[tuple[str, str], Page], demo: Demo, lang: str
) -> None:
    for component in components(pages[demo.name, lang].blocks):
        props = component["props"]
        if component["type"] == "image":
            assert props["label"]
            assert props["alt_text"]
            assert props["buttons"] == []
            assert not props["interactive"], "a reader sends no pictures"


@every_tab
@in_every_language
def test_every_control_has_a_label_and_there_are_few(app: App, tab: Tab, lang: str) -> None:
    labels = Labels(app.demo, LANGUAGES[lang])
    unfolded = [c for c in tab.controls if isinstance(c, Control)]
    visible = [c for c in unfolded if c.words_needed() and not isinstance(c, Points)]
    assert all(len(line) <= MOST_CONTROLS for line in tab.more)
    assert all(labels[key] for control in tab.all_controls for key in control.words_needed())
    assert all(labels[key] for show in tab.shows for key in show.words_needed())
    assert len(visible) <= MOST_CONTROLS


@every_demo
def test_it_waits_in_line_and_calls_no_name_of_its_own(
    pages: dict[tuple[str, str], Page], demo: Demo
) -> None:
    for fn in pages[demo.name, "nb"].blocks.fns.values():
        assert fn.api_visibility == "private"
        assert fn.fn is None or fn.queue or fn.cancels


# Its answers


@every_tab
def test_everything_is_on_screen_when_it_opens(app: App, tab: Tab) -> None:
    shown = whole_answer(app, tab, tab.defaults)
    assert all(shown.get(show.name) for show in tab.shows)


@every_tab
def test_equal_controls_give_an_equal_answer(app: App, tab: Tab) -> None:
    chance = random.Random(1)
    state = {control.name: other_value(control, chance) for control in tab.settings}
    first = whole_answer(app, tab, state, run=direct)
    forget(app)
    assert whole_answer(app, tab, state, run=direct) == first
    assert list(first) == [show.name for show in tab.shows if show.name in first]


def forget(app: App) -> None:
    """Empty whatever the demo's module remembers."""
    for thing in vars(registry.import_app(app.demo)).values():
        if hasattr(thing, "cache_clear"):
            thing.cache_clear()


@every_tab
@in_every_language
def test_an_answer_has_words_in_every_language(app: App, tab: Tab, lang: str) -> None:
    shown = whole_answer(app, tab, tab.defaults, lang)
    for text in shown.values():
        if not text.startswith("data:"):
            assert not re.search(r"\{\w+\}", text), "a field that nothing filled in"
            assert not re.search(r"[，。；：！？](?:\*\*|</\w+>)* +[^ |]", text), "a space in Chinese"


# Its addresses


@every_tab
def test_every_state_can_stand_in_an_address(app: App, tab: Tab) -> None:
    chance = random.Random(2)
    for _ in range(20):
        state = {control.name: other_value(control, chance) for control in tab.settings}
        parsed = parse(app, query(app, tab, state))
        assert (parsed.tab, dict(parsed.state), parsed.faults) == (tab, state, ())
    assert query(app, app.tabs[0], app.tabs[0].defaults) == ""


@every_tab
def test_what_is_wrong_in_an_address_falls_back_to_the_default(app: App, tab: Tab) -> None:
    controls = [control for control in tab.settings if control.words_needed()]
    for wrong in ("nonsense", "", "1e999", "nan", "-1", "9" * 5000, "<script>"):
        asked = {"tab": tab.name} | {control.name: wrong for control in controls}
        parsed = parse(app, urlencode(asked))
        for control in controls:
            value = parsed.state[control.name]
            assert control.name in parsed.faults or value == control.parse(wrong)
            assert control.clean(control.sent(value)) == value


@every_demo
def test_wrong_values_are_said_in_one_sentence(pages: dict[tuple[str, str], Page], demo: Demo) -> None:
    for lang in LANGUAGES:
        page = pages[demo.name, lang]
        notice = page.notice_for(parse(page.app, "tab=nowhere&preset=nothing&seed=x&round=x&start=x"))
        assert notice.count("\n") == 0
        assert "preset" in notice
        assert page.notice_for(parse(page.app, "")) == ""


@every_demo
def test_no_control_s_wrong_value_is_a_fault_of_the_page(
    pages: dict[tuple[str, str], Page], demo: Demo
) -> None:
    """What a reader does not see has no label, and can still be sent anything."""
    page = pages[demo.name, "nb"]
    for tab in page.app.tabs:
        for control in tab.settings:
            wrong = page.notice_for(parse(page.app, f"tab={tab.name}&{control.name}=%00"))
            assert wrong.count("\n") == 0
            assert not_taken(control, page.labels).message


@every_demo
def test_every_preset_gives_its_state_and_an_answer(pages: dict[tuple[str, str], Page], demo: Demo) -> None:
    app = APPS[demo.name]
    for name, preset in demo.presets.items():
        parsed = parse(app, {"preset": name})
        assert parsed.faults == ()
        assert parsed.preset == preset
        assert any(parsed.state[key] != parsed.tab.defaults[key] for key in preset.state if key != "tab") or (
            parsed.tab is not app.tabs[0]
        ), f"{name} is how the demo opens anyway"
        assert whole_answer(app, parsed.tab, parsed.state)
        assert preset.says["nb"] in pages[demo.name, "nb"].notice_for(parsed)


@every_demo
def test_a_control_beside_a_preset_is_set_over_it(demo: Demo) -> None:
    app = APPS[demo.name]
    for name in demo.presets:
        tab = parse(app, {"preset": name}).tab
        control = next(c for c in tab.settings if isinstance(c, Integer | Slider))
        value = control.clean(control.high)
        parsed = parse(app, {"preset": name, control.name: control.text(value)})
        assert parsed.state[control.name] == value


# Its files


@every_demo
def test_its_still_is_what_it_shows_when_it_opens(demo: Demo) -> None:
    app = APPS[demo.name]
    drawn = still(app, once, Labels(demo, LANGUAGES["nb"]))
    assert demo.still.stat().st_size <= STILL_BYTES
    with Image.open(demo.still) as kept:
        assert kept.format == "WEBP"
        assert kept.size == drawn.size, f"draw it again: python -m demos stills {demo.name}"
        assert kept.width >= 600
        assert kept.width > kept.height
        small = [on_white(picture).resize((24, 16)).tobytes() for picture in (kept, drawn)]
    worst = max(abs(a - b) for a, b in zip(*small, strict=True))
    assert worst < 40, f"it shows something else: python -m demos stills {demo.name}"


def on_white(picture: Image.Image) -> Image.Image:
    ground = Image.new("RGBA", picture.size, "white")
    ground.alpha_composite(picture.convert("RGBA"))
    return ground.convert("RGB")


@every_demo
def test_its_terms_exist(demo: Demo) -> None:
    assert set(demo.terms) <= set(load(TERMBASE).concepts)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_numbers_are_written_as_the_language_writes_them(lang: str) -> None:
    labels = Labels(next(iter(DEMOS.values())), LANGUAGES[lang])
    expected = {
        "nb": ("−1,50", "310\u00a0000", "83\u00a0%", "3,2 · 10⁻⁷"),
        "en": ("−1.50", "310,000", "83%", "3.2 × 10⁻⁷"),
        "zh": ("−1.50", "310,000", "83%", "3.2 × 10⁻⁷"),
    }[lang]
    assert labels.chance(0.9999) == f">\u00a0{labels.percent(0.99)}"
    assert labels.chance(0.0001) == f"<\u00a0{labels.percent(0.01)}"
    assert labels.chance(0.5) == labels.percent(0.5)
    written = (labels.number(-1.5, 2), labels.thousands(310_000), labels.percent(0.83))
    assert (*written, labels.power_of_ten(-6.5)) == expected
    assert labels.power_of_ten(-6.001) == labels.power_of_ten(-6)


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


def test_what_is_seen_follows_its_heading_as_the_language_wants_it() -> None:
    demo = DEMOS["perplexity"]
    starts = {"nb": "<strong>Dette ser du.</strong> F", "zh": "<strong>你看到的是：</strong>每"}
    for lang, start in starts.items():
        assert what_is_seen(Labels(demo, LANGUAGES[lang])).startswith(start)
