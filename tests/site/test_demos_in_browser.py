"""Every demo as a reader meets it: inside its page, with real clicks on every control.

Each is opened in its page in one language, examined by axe in the second and walked through in the third; in
all of them it has to be readable, on a phone, too. Marked as slow: the same in the other languages. What all
demos have in common is seen in one of them.
"""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, FrameLocator, Locator, Page, TimeoutError, expect

from demos.kit.app import App, Tab, declared
from demos.kit.components import options
from demos.kit.controls import (
    Action,
    Camera,
    Choice,
    Choices,
    Control,
    Integer,
    LanguageChoice,
    Matrix,
    Points,
    Seed,
    Slider,
    Switch,
    Upload,
    Words,
)
from demos.kit.labels import Labels
from demos.kit.registry import load_demos
from demos.kit.shows import Chart, Picture, Show
from demos.kit.state import query
from glossary.demos import Demo
from tests import serving
from tests.conftest import Faults
from tests.ordlab import LANGUAGES
from tests.serving import Server
from tests.site.axe import assert_clean

pytestmark = pytest.mark.browser

DEMOS = load_demos(LANGUAGES)
# A picture file of the reader's own.
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAIAAABLbSncAAAAFUlEQVR42mM8IWfDgA0wMeAAg1MCAOfgATIxMbZbAAAAAElFTkSuQmCC"
)
# What is typed into a tab's first text field, and into others: equal wishes would outweigh each other. The
# first is longer than sliders that walk through it go at first.
SENTENCES = {
    "nb": ("en dame med rødt hår og en grønn genser", "briller og skjegg"),
    "en": ("a woman with red hair and a green sweater", "glasses and a beard"),
    "zh": (
        "一位红头发的女士说，大连的大海常讲一只旧乌鸦的故事，外面下着雨，大家都坐在厨房里听",
        "眼镜和胡子",
    ),
}
PREFIX = {"nb": "", "en": "en/", "zh": "zh/"}


def in_turn(first: int) -> list[Any]:
    """Parameters for each demo with a language, the next one with the next, and, marked as slow, with the
    others. They let each demo's tests run on a worker of their own."""
    languages = tuple(PREFIX)
    return [
        pytest.param(
            name,
            lang,
            marks=[
                pytest.mark.xdist_group(f"{name} in a browser"),
                *([] if (number + first - place) % len(languages) == 0 else [pytest.mark.slow]),
            ],
        )
        for number, name in enumerate(DEMOS)
        for place, lang in enumerate(languages)
    ]


# Each text of some charts, its size in CSS pixels, and whether it is inside its chart.
CHART_TEXTS = """charts => charts.flatMap((chart) => [...chart.querySelectorAll("text")].map((text) => {
  const box = chart.getBoundingClientRect(), own = text.getBoundingClientRect();
  const size = parseFloat(getComputedStyle(text).fontSize) * chart.getScreenCTM().a;
  return [text.textContent, size, own.left > box.left - 2 && own.right < box.right + 2];
}))"""


BUTTONS = ":is(.controls, .tools) > button, .submit-button, [role=tab]"
# The words of buttons that have not enough room for them.
SQUEEZED = """buttons => buttons.filter((button) => {
  const words = document.createRange(), {paddingLeft, paddingRight} = getComputedStyle(button);
  words.selectNodeContents(button);
  const room = button.clientWidth - parseFloat(paddingLeft) - parseFloat(paddingRight);
  return words.getBoundingClientRect().width > room + 1;
}).map(button => button.textContent)"""


# What is wider than its place, so that it has to be scrolled.
WIDER = """all => all.filter(one => one.scrollWidth > one.clientWidth + 1).map(one => one.textContent)"""


# Instead of a camera: a wall that does not move.
CAMERA = """() => {
  const wall = Object.assign(document.createElement("canvas"), {width: 320, height: 240});
  const pen = wall.getContext("2d");
  const paint = () => {
    for (let i = 0; i < 1200; i++) {
      pen.fillStyle = `hsl(${i * 47 % 360} 60% ${20 + i * 31 % 60}%)`;
      pen.fillRect(i % 40 * 8, Math.floor(i / 40) * 8, 8, 8);
    }
  };
  setInterval(paint, 50);
  navigator.mediaDevices.getUserMedia = async () => wall.captureStream();
}"""


# Of a picture that a stream may be replacing; 0 if it cannot be shown.
WIDTH_WHEN_LOADED = """img => new Promise((found) => {
  const look = (tries) => {
    if (tries && !(img.complete && img.naturalWidth)) setTimeout(look, 50, tries - 1);
    else found(img.naturalWidth);
  };
  look(100);
})"""


def open_demo(page: Page, server: Server, demo: Demo, lang: str) -> FrameLocator:
    """The live demo inside the page of its first term."""
    page.goto(f"{server.url}/{PREFIX[lang]}glossary/{next(iter(demo.terms))}/")
    panel = page.locator(f".demo[data-demo={demo.name}]")
    panel.scroll_into_view_if_needed()
    frame = panel.frame_locator("iframe")
    expect(frame.locator("main :is(img, svg.chart)").first).to_be_visible(timeout=60_000)
    return frame


def assert_readable(page: Page, frame: FrameLocator | Page, demo: Demo, lang: str) -> None:
    """What is on screen is in the language; nothing is cut off or too small, here and on a phone."""
    expect(frame.get_by_text(demo.try_this[lang])).to_be_visible()
    expect(frame.locator("html")).to_have_attribute("lang", {"zh": "zh-CN"}.get(lang, lang))
    for picture in frame.locator("main img:visible").all():
        assert picture.get_attribute("alt")
        assert picture.evaluate(WIDTH_WHEN_LOADED) > 50
    assert_fits(frame)
    size = page.viewport_size
    assert size is not None
    page.set_viewport_size({"width": 390, "height": 844})
    root = frame.locator("html")
    expect(root).to_have_js_property("clientWidth", root.evaluate("root => root.scrollWidth"))
    assert root.evaluate("root => root.clientWidth") <= 390
    assert_fits(frame)
    tabs = declared(demo).tabs
    expect(frame.get_by_role("tab")).to_have_count(len(tabs) if len(tabs) > 1 else 0)
    page.set_viewport_size(size)


def assert_fits(frame: FrameLocator | Page) -> None:
    """Words have room where they stand, and are large enough to read; numbers stand below each other."""
    texts = frame.locator("svg.chart:visible").evaluate_all(CHART_TEXTS)
    assert not [(text, px) for text, px, _ in texts if px < 11], "too small to read"
    assert not [text for text, _, inside in texts if not inside], "cut off"
    assert not frame.locator(BUTTONS).locator("visible=true").evaluate_all(SQUEEZED)
    assert not frame.locator(".says:visible").evaluate_all(WIDER)
    numbers = frame.locator(".says [align=right]:visible")
    assert set(numbers.evaluate_all("cells => cells.map(c => getComputedStyle(c).textAlign)")) <= {"end"}


@pytest.mark.parametrize(("name", "lang"), in_turn(0))
def test_opens_with_an_answer_in_its_page(demo_page: Page, server: Server, name: str, lang: str) -> None:
    demo = DEMOS[name]
    assert_readable(demo_page, open_demo(demo_page, server, demo, lang), demo, lang)


# Waits in the page, which takes less of the machine than asking it again and again.
ANOTHER_VALUE = """(field, [before, longest]) => new Promise((done) => {
  const begun = performance.now();
  const timer = setInterval(() => {
    if (field.value === before && performance.now() - begun < longest) return;
    clearInterval(timer);
    done(field.value);
  }, 20);
})"""


class Panel:
    """One tab of a demo, open in a browser."""

    def __init__(self, page: Page, app: App, tab: Tab, lang: str) -> None:
        self.page, self.app, self.tab = page, app, tab
        self.words = Labels(app.demo, LANGUAGES[lang])
        self.root = page.get_by_role("tabpanel").locator("visible=true") if tab.name else page.locator("main")
        self.address = self.root.locator(".address textarea, .address input")

    def open(self) -> None:
        if self.tab.name:
            self.page.get_by_role("tab", name=self.words[f"{self.tab.name}_tab"]).click()
        self.comes_to(lambda shown: len(shown["sums"]) == len(self.tab.shows))

    def shown(self) -> dict[str, Any]:
        """What the page says is on screen: the query that gives it, and a checksum for each show."""
        found: dict[str, Any] = json.loads(self.address.input_value())
        return found

    def at_rest(self) -> dict[str, Any]:
        """What is on screen when no answer is on its way: the next one is to what is done now."""
        if self.tab.streams:
            self.tool("stop").click()
        return self.settled()

    def settled(self) -> dict[str, Any]:
        """What is on screen when no answer has come for a moment."""
        for _ in range(20):  # where something runs, answers never end
            before = self.address.input_value()
            if self.value_after(before, 250) == before:
                break
        return dict(json.loads(before))

    def comes_to(self, holds: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """What is on screen as soon as it is so, or fail after half a minute."""
        end, text = time.monotonic() + 30, self.address.input_value()
        while not (text and holds(json.loads(text))):
            assert time.monotonic() < end, f"{self.tab.name} does not get there: {text}"
            text = self.value_after(text, 1000)
        return dict(json.loads(text))

    def value_after(self, before: str, longest: float) -> str:
        """What the address says once it says something else, or after so many milliseconds."""
        return str(self.address.evaluate(ANOTHER_VALUE, [before, longest]))

    def changes(self, act: Callable[[], object], addressed: bool = True) -> dict[str, Any]:
        """What a reader does must change the state in the address and something on screen; in a live tab, if
        need be, after one more step. Without `addressed`, it has no place in the address."""
        before = self.at_rest()
        act()
        if self.tab.live:
            self.comes_to(lambda shown: shown["query"] != before["query"])
            one_step = self.words.language.word("one_step")
            self.root.get_by_role("button", name=one_step, exact=True).click()
        return self.comes_to(
            lambda shown: (shown["query"] != before["query"]) == addressed and shown["sums"] != before["sums"]
        )

    def field(self, control: Control, role: Any) -> Locator:
        return self.root.get_by_role(role, name=self.words[control.name]).first

    def tool(self, word: str) -> Locator:
        """One of the small buttons below the controls, which all demos have."""
        words = self.words.language.word(word)
        return self.root.locator(".tools").get_by_role("button", name=words, exact=True)

    def button(self, key: str) -> Locator:
        return self.root.get_by_role("button", name=self.words[key], exact=True)

    def words_of(self, control: Choice | Choices, option: str) -> str:
        return next(words for words, value in options(control, self.words) if value == option)

    def set(self, control: Control) -> None:
        """Set a control to another value, as a reader does."""
        label = self.words[control.name]
        match control:
            case Slider():
                slider = self.field(control, "slider")
                slider.focus()
                at_end = control.default >= control.high
                if quickens(control):
                    slider.press("Home")
                elif control.steps < 10:
                    slider.press("ArrowLeft" if at_end else "ArrowRight")
                else:  # by a tenth at once: each key is answered
                    slider.press("PageDown" if at_end else "PageUp")
            case Matrix():
                middle = {"row": (control.rows + 1) // 2, "column": (control.columns + 1) // 2}
                name = self.words.language.word("field_of").format(name=label, **middle)
                self.root.get_by_label(name, exact=True).fill("-1.5")
            case Integer():
                self.root.get_by_label(label, exact=True).first.fill(
                    str(min(control.default + 3, control.high))
                )
            case Choice(dropdown=True):
                option = next(o for o in reversed(control.options) if o != control.default)
                self.root.get_by_label(label, exact=True).first.click()
                words = self.words_of(control, option)
                self.page.get_by_role("option", name=words, exact=True).click()
            case Choice():
                # The page's own language is the same by either name.
                same = {control.default, self.words.lang if control.default == "page" else ""}
                option = next(o for o in reversed(control.options) if o not in same)
                words = self.words_of(control, option)
                # Two choices of a tab may have the same options.
                group = self.root.locator("fieldset:visible").filter(has_text=label).first
                group.get_by_label(words).check()
            case Choices():
                name = self.words_of(control, control.options[-1])
                self.root.get_by_role("checkbox", name=name, exact=True).click()
            case Switch():
                self.field(control, "checkbox").click()
            case Words():
                field = self.field(control, "textbox")
                fields = [c.name for c in self.tab.settings if isinstance(c, Words)]
                sentence = SENTENCES[self.words.lang][min(fields.index(control.name), 1)]
                field.fill(sentence[: control.longest])
                field.press("Enter")
            case Upload():
                chosen = self.root.get_by_label(label, exact=True)
                chosen.set_input_files({"name": "a.png", "mimeType": "image/png", "buffer": PNG})
            case Camera():
                self.page.evaluate(CAMERA)
                self.root.locator("[data-does=on]").click()
                point = self.root.locator(f".handle[data-point={control.points[-1].name}]")
                expect(point).to_be_visible()
                self.root.locator("[data-does=start]").click()
                point.focus()
                point.press("Shift+ArrowDown")
            case _:
                raise AssertionError(f"nobody has said how a reader sets a {type(control).__name__}")


def picture_of(panel: Panel, show: Show) -> Locator:
    words = panel.words[f"{show.name}_alt"]
    found = panel.root.get_by_role("img", name=words) if isinstance(show, Chart) else (
        panel.root.get_by_alt_text(words)
    )  # fmt: skip
    return found.locator("visible=true").first


def is_left_early(fault: str) -> bool:
    """What Gradio's page says in the console when it is left in the middle of a stream."""
    return "signal is aborted" in fault or "Connection errored out" in fault


@pytest.mark.parametrize(("name", "lang"), in_turn(1))
def test_every_control_changes_what_is_on_screen(
    demo_page: Page, faults: Faults, server: Server, name: str, lang: str
) -> None:
    app, page = declared(DEMOS[name]), demo_page
    faults.expectations.append(is_left_early)
    serving.open_demo(server, name, lang)
    page.goto(f"{server.url}/demos/{name}/{lang}/")
    expect(page.locator("main :is(img, svg.chart):visible").first).to_be_visible(timeout=60_000)
    assert_readable(page, page, app.demo, lang)
    for tab in app.tabs:
        walk(Panel(page, app, tab, lang))


def quickens(control: Control | Action) -> bool:
    """Whether, at its lowest, it lets all later answers take a third of the time: steps of diffusion do, if
    they cannot be so few that nothing is on the way."""
    return isinstance(control, Slider) and control.name == "steps" and control.low > 1


def turn_of(control: Control | Action) -> int:
    """What lets later answers be quick comes first; last comes a language, in which the text may be unknown,
    so that nothing else changes what is said of it."""
    return -1 if quickens(control) else int(isinstance(control, LanguageChoice))


def walk(panel: Panel) -> None:
    """Use every control, button and clickable picture of a tab, then put everything back."""
    panel.open()
    if panel.tab.more:
        more = panel.words.language.word("more_settings")
        panel.root.get_by_role("button", name=more).click()
    for control in sorted(panel.tab.all_controls, key=turn_of):
        if isinstance(control, Action):
            panel.changes(panel.button(control.name).click)
            for text in (part for part in panel.tab.settings if isinstance(part, Words)):
                panel.set(text)  # by chance it may be one in which the next control changes nothing
        elif control.words_needed() and not isinstance(control, Points):  # clicks set these
            panel.changes(partial(panel.set, control), addressed=control.is_kept)
        if isinstance(control, Seed) and control.new:
            panel.changes(panel.button(f"{control.name}_new").click)
            panel.changes(partial(panel.set, control))
    for show in panel.tab.shows:
        if isinstance(show, Chart | Picture) and show.click:
            panel.changes(partial(click_around, panel, show))
    panel.tool("reset").click()
    defaults = query(panel.app, panel.tab, panel.tab.defaults)
    panel.comes_to(lambda shown: shown["query"] == defaults)


def click_around(panel: Panel, show: Show) -> None:
    """Click on a picture until something changes: not every place in it has something to click on."""
    before = panel.shown()["query"]
    for across in (0.45, 0.2, 0.75):
        click_at(picture_of(panel, show), across)
        if panel.settled()["query"] != before:
            return


def click_at(picture: Locator, across: float) -> None:
    """Measure and click, once more where an answer has meanwhile replaced the picture by a lower one."""
    for _ in range(4):
        width, height = picture.evaluate("e => [e.clientWidth, e.clientHeight]")
        with suppress(TimeoutError):
            picture.click(position={"x": across * width, "y": 0.3 * height}, timeout=5000)
            return
    raise AssertionError("the picture is replaced all the time, or covered")


@pytest.mark.parametrize(
    ("name", "clicked"), [("generator", "samples"), ("generative_vs_discriminative", "models")]
)
def test_what_can_be_clicked_can_be_clicked_with_keys(
    page: Page, server: Server, name: str, clicked: str
) -> None:
    app = declared(DEMOS[name])
    serving.open_demo(server, name, "nb")
    page.goto(f"{server.url}/demos/{name}/nb/")
    panel = Panel(page, app, app.tabs[0], "nb")
    panel.open()
    show = next(show for show in panel.tab.shows if show.name == clicked)
    picture_of(panel, show).evaluate("e => (e.closest('button') ?? e).focus({focusVisible: true})")
    expect(page.locator(".mark")).to_have_js_property("hidden", False)
    for key in "ArrowRight", "Shift+ArrowLeft":  # the second time on the new picture, from where the mark was
        panel.at_rest()
        for _ in range(3):
            page.keyboard.press(key)
        panel.changes(partial(page.keyboard.press, "Enter"))


# Instead of speakers: what frequencies they are asked for.
HEARD = """
window.heard = [];
const param = () => ({ setValueAtTime() {}, linearRampToValueAtTime() {}, setTargetAtTime() {} });
window.AudioContext = class { createGain = () => ({ gain: param(), connect: (next) => next }) };
window.OscillatorNode = class {
  constructor(_, { frequency }) { heard.push(frequency); }
  connect(next) { return next; } start() {} stop() {}
};
"""


def test_a_key_of_the_piano_is_heard_at_once_and_played_with_keys_too(page: Page, server: Server) -> None:
    page.add_init_script(HEARD)
    app = declared(DEMOS["melody"])
    serving.open_demo(server, "melody", "nb")
    page.goto(f"{server.url}/demos/melody/nb/")
    panel = Panel(page, app, app.tabs[0], "nb")
    panel.open()
    piano = picture_of(panel, app.tabs[0].shows[0])
    panel.changes(partial(click_at, piano, 0.5))

    def press_key() -> None:
        piano.evaluate("e => e.focus({focusVisible: true})")
        page.keyboard.press("Enter")

    panel.changes(press_key)
    heard = page.evaluate("heard")
    assert len(heard) == 2
    assert all(196 <= tone <= 784 for tone in heard)


def test_a_refused_value_is_explained_in_the_page_s_language(page: Page, server: Server) -> None:
    app = declared(DEMOS["generator"])
    page.goto(f"{server.url}/demos/generator/nb/")
    panel = Panel(page, app, app.tabs[0], "nb")
    panel.open()
    panel.root.get_by_label(panel.words["portrait"], exact=True).first.fill("99")
    toast = page.get_by_test_id("toast-body")
    expect(toast.locator(".toast-title")).to_have_text(panel.words.language.word("error_title"))
    expect(toast.get_by_role("button", name=panel.words.language.word("close"), exact=True)).to_be_visible()


def test_a_slider_plays_until_it_is_stopped(page: Page, server: Server) -> None:
    app = declared(DEMOS["latent_space"])
    serving.open_demo(server, "latent_space", "en")
    page.goto(f"{server.url}/demos/latent_space/en/")
    panel = Panel(page, app, app.tabs[0], "en")
    expect(page.locator("main :is(img, svg.chart):visible").first).to_be_visible(timeout=60_000)
    panel.changes(panel.button("position_play").click)
    panel.root.get_by_role("button", name="Stop", exact=True).click()
    page.wait_for_timeout(1500)
    at_rest = panel.shown()
    page.wait_for_timeout(1500)
    assert panel.shown() == at_rest


def test_a_copied_link_opens_the_page_as_it_is(
    open_context: Callable[..., BrowserContext], server: Server
) -> None:
    context = open_context()
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = context.new_page()
    app = declared(DEMOS["discriminator"])
    serving.open_demo(server, "discriminator", "nb")
    page.goto(f"{server.url}/demos/discriminator/nb/?preset=blurred&__theme=dark")
    panel = Panel(page, app, app.tab("spoil"), "nb")
    says = app.demo.presets["blurred"].says["nb"]
    expect(page.get_by_text(says)).to_be_visible(timeout=60_000)
    panel.changes(partial(panel.set, next(c for c in panel.tab.settings if c.name == "noise")))
    panel.comes_to(lambda shown: shown["query"].endswith("noise=0.1"))
    expect(page.get_by_text(says)).to_be_hidden()
    page.get_by_role("button", name="Kopier lenke").locator("visible=true").click()
    expect(page.get_by_role("button", name="Kopiert").locator("visible=true")).to_be_visible()
    address = page.evaluate("navigator.clipboard.readText()")
    before = panel.shown()
    page.goto(address)
    expect(page.locator("main :is(img, svg.chart):visible").first).to_be_visible(timeout=60_000)
    assert {**panel.shown(), "turn": 0} == {**before, "turn": 0}
    assert "tab=spoil&seed=4&blur=0.8&noise=" in address


@pytest.mark.parametrize(("name", "lang"), in_turn(2))
def test_every_tab_is_clean_for_axe(
    demo_page: Page, faults: Faults, server: Server, name: str, lang: str
) -> None:
    app, page = declared(DEMOS[name]), demo_page
    faults.expectations.append(is_left_early)
    page.set_viewport_size({"width": 800, "height": 1200})
    page.goto(f"{server.url}/demos/{name}/{lang}/")
    expect(page.locator("main :is(img, svg.chart)").first).to_be_visible(timeout=60_000)
    assert_readable(page, page, app.demo, lang)
    for scheme in ("light", "dark"):
        page.evaluate("scheme => document.body.classList.toggle('dark', scheme === 'dark')", scheme)
        for tab in app.tabs:
            panel = Panel(page, app, tab, lang)
            panel.open()
            panel.at_rest()
            assert_clean(page, only_colors=scheme == "dark")
            if scheme == "light":
                page.set_viewport_size({"width": 390, "height": 844})
                assert_fits(page)
                page.set_viewport_size({"width": 800, "height": 1200})
