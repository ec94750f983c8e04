"""A demo's page: what an event puts on it, what streams, how it opens. Tiny demos stand for all others."""

from __future__ import annotations

import json
import sys
from collections.abc import AsyncGenerator, Mapping
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import gradio as gr
import pytest

from demos.kit.app import App, declared
from demos.kit.faults import faults_spoken
from demos.kit.functions import Refused
from demos.kit.gradio_internals import SKIP, id_of
from demos.kit.languages import Language
from demos.kit.page import Page, direct_answers, make_page
from demos.kit.registry import load_demos
from demos.kit.state import parse
from tests.loop import run_async

GERMAN = Language("de", "de-AT", "Deutsch", "de")
ENGLISH = Language("en", "en", "English", "en", home="en/")
LANGUAGES = {"de": GERMAN, "en": ENGLISH}

YML = """\
terms: {five: five}
title: {de: Zählen, en: Counting}
summary: {de: Zählt., en: Counts.}
try: {de: Zählen Sie., en: Count.}
alt: {de: Zahlen, en: Numbers}
see: {de: "Eine [[five|Fünf]].", en: "A [[five|five]]."}
presets:
  five: {state: {number: 5}, says: {de: Fünf., en: Five.}}
labels:
  number: {de: Zahl, en: Number}
  number_new: {de: Neue Zahl, en: New number}
  half: {de: "Die Hälfte ist {half}.", en: "The half is {half}."}
  count: {de: "Bis {n}", en: "Up to {n}"}
  points: {de: Punkte, en: Points}
  plane: {de: Ebene, en: Plane}
  plane_alt: {de: Eine Ebene, en: A plane}
  text: {de: Satz, en: Sentence}
  text_example: {de: eine Katze, en: a cat}
  text_send: {de: Zählen, en: Count}
"""
HALF = """\
from demos.kit.controls import Seed
from demos.kit.shows import Text

CONTROLS = (Seed("number", 3),)
SHOWS = (Text("says"), Text("fixed"))

def answer(run, words, *, number):
    if number == 13:
        raise RuntimeError("secret")
    return {"says": words("half", half=words.number(number / 2)), "fixed": "always"}
"""
COUNT = """\
from demos.kit.controls import Number
from demos.kit.shows import Text

CONTROLS = (Number("number", 3, 0, 1000),)
SHOWS = (Text("says"),)
ended = []

def answer(run, words, *, number):
    try:
        for n in range(number + 1):
            yield {"says": words("count", n=n)}
    finally:
        ended.append(number)
"""

CLICKS = """\
from demos.kit import charts
from demos.kit.controls import Points
from demos.kit.shows import Chart

PLANE = charts.Plane()
POINTS = Points("points")

def place(point, state):
    return {"points": POINTS.added(state["points"], *PLANE.at(point))}

CONTROLS = (POINTS,)
SHOWS = (Chart("plane", click=place),)

def answer(run, words, *, points):
    return {"plane": PLANE.drawing([PLANE.sign(*point) for point in points], str, x="x", y="y")}
"""

SAYS = """\
from demos.kit.controls import Words
from demos.kit.shows import Text

CONTROLS = (Words("text", longest=20),)
SHOWS = (Text("says"),)

def answer(run, words, *, text):
    return {"says": text or words["text_example"]}
"""


@pytest.fixture(scope="module")
def apps(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, App]:
    """A project in German and English, with a demo without a model and one that streams."""
    folder = tmp_path_factory.mktemp("project") / "apps"
    own = {"clicks": "{points: a2575}", "says": "{text: {de: ein Hund, en: a dog}}"}
    for name, code in {"half": HALF, "count": COUNT, "clicks": CLICKS, "says": SAYS}.items():
        (folder / name).mkdir(parents=True)
        (folder / name / "app.py").write_text(code, encoding="utf-8")
        yml = YML.replace("{number: 5}", own.get(name, "{number: 5}"))
        (folder / name / "demo.yml").write_text(yml, encoding="utf-8")
        (folder / name / "still.webp").touch()
    return {name: declared(demo) for name, demo in load_demos(LANGUAGES, folder, strict=True).items()}


@pytest.fixture(autouse=True)
def with_words(monkeypatch: pytest.MonkeyPatch) -> None:
    from demos.kit.words import of, ours

    for language in LANGUAGES.values():
        object.__setattr__(language, "words", of(ours(), language.code))


def page(app: App, language: Language = GERMAN, answers: Any = None) -> Page:
    return make_page(app, language, answers or direct_answers(app, language))


def press(page: Page, *values: Any, target: Any = None) -> list[list[Any]]:
    """What an event puts on the page, part by part."""
    panel = page.panels[""]
    event = gr.EventData(target, {})

    async def parts() -> list[list[Any]]:
        request = SimpleNamespace(session_hash="a")
        with faults_spoken(page.labels):
            return [part async for part in page.respond(panel, event, request, values)]  # type: ignore[arg-type]

    return run_async(parts())


def test_an_answer_is_in_the_readers_language(apps: Mapping[str, App]) -> None:
    for language, says in ((GERMAN, "Die Hälfte ist 2,5."), (ENGLISH, "The half is 2.5.")):
        ((seen, number, shown, _, notice),) = press(page(apps["half"], language), "", 5)
        assert json.loads(seen)["query"] == "number=5"
        assert (number, shown, notice) == (SKIP, says, "")


def test_only_what_changed_is_sent(apps: Mapping[str, App]) -> None:
    half = page(apps["half"])
    ((seen, *_),) = press(half, "", 5)
    ((_, number, says, fixed, _),) = press(half, seen, 6)
    assert (number, says, fixed) == (SKIP, "Die Hälfte ist 3,0.", SKIP)
    ((_, *rest),) = press(half, seen, 5)
    assert rest == [SKIP] * 4, "a tab that is opened asks for what it shows already"


def test_an_emptied_field_gets_its_default_back(apps: Mapping[str, App]) -> None:
    ((_, number, *_),) = press(page(apps["half"]), "", None)
    assert number == 3


def test_a_button_changes_a_control_and_the_answer_with_it(apps: Mapping[str, App]) -> None:
    half = page(apps["half"])
    new = button(half, "Neue Zahl")
    assert id_of(new) in half.panels[""].changes
    numbers = {press(half, "", 3, target=new)[0][1] for _ in range(4)}
    assert len(numbers) > 1


@pytest.mark.parametrize("sent", [-1, 10**9, "x", [1], True])
def test_a_value_out_of_bounds_names_them(apps: Mapping[str, App], sent: object) -> None:
    with pytest.raises(gr.Error) as caught:
        press(page(apps["half"], ENGLISH), "", sent)
    assert caught.value.message == "Number: enter a number from 0 to 999,999."


@pytest.mark.parametrize("field", [None, "", "{", "[]", '{"sums": 3}', '{"sums": {"says": "x"}}', 7])
def test_what_the_hidden_field_holds_does_no_harm(apps: Mapping[str, App], field: object) -> None:
    ((_, _, says, *_),) = press(page(apps["half"]), field, 4)
    assert says == "Die Hälfte ist 2,0."


def test_a_fault_is_one_sentence_and_the_log_has_the_rest(
    apps: Mapping[str, App], caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(gr.Error) as caught:
        press(page(apps["half"], ENGLISH), "", 13)
    assert "secret" not in caught.value.message
    assert "secret" in caplog.text


def test_a_refusal_is_said_and_is_no_fault(apps: Mapping[str, App], caplog: pytest.LogCaptureFixture) -> None:
    async def busy(tab: str, state: Any, reader: str) -> AsyncGenerator[Mapping[str, str], None]:
        raise Refused("busy")
        yield {}

    with pytest.raises(gr.Error) as caught:
        press(page(apps["half"], ENGLISH, busy), "", 5)
    assert caught.value.message == ENGLISH.word("busy")
    assert caplog.text == ""


def test_an_answer_that_comes_too_late_leaves_the_screen_alone(apps: Mapping[str, App]) -> None:
    half = page(apps["half"])
    request: Any = SimpleNamespace(session_hash="a")

    async def story() -> list[Any]:
        late = half.respond(half.panels[""], gr.EventData(None, {}), request, ("", 5))
        answers = half.answers

        async def slow(tab: str, state: Any, reader: str) -> AsyncGenerator[Mapping[str, str], None]:
            half.events.begin(reader, half.app.tab(tab), state, state)  # a newer event begins meanwhile
            async for part in answers(tab, state, reader):
                yield part

        half.answers = slow
        return await anext(late)

    assert run_async(story()) == [SKIP] * 5


def number_after(half: Page, seen: str, field: int, target: Any = None) -> int:
    """What stands in the field when an event has been answered."""
    ((_, number, *_),) = press(half, seen, field, target=target)
    return field if number == SKIP else number


def button(page: Page, words: str) -> Any:
    return next(block for block in page.blocks.blocks.values() if getattr(block, "value", "") == words)


def test_what_was_set_before_a_press_does_not_undo_it(apps: Mapping[str, App]) -> None:
    """Gradio sends what it put off after the press, with the values that the press was to change."""
    half = page(apps["half"])
    reset = button(half, GERMAN.word("reset"))
    ((seen, *_),) = press(half, "", 7)
    assert number_after(half, seen, 8, reset) == 3
    assert number_after(half, seen, 8) == 3, "put off before the press, sent after it"
    assert number_after(half, seen, 9) == 9, "set after the press, before its answer was there"
    ((seen, *_),) = press(half, seen, 9, target=reset)
    assert number_after(half, seen, 8) == 8, "the press has been seen, and 8 set again"


def test_a_press_that_failed_changes_nothing_later(apps: Mapping[str, App]) -> None:
    half = page(apps["half"])
    answers = half.answers

    async def busy(tab: str, state: Any, reader: str) -> AsyncGenerator[Mapping[str, str], None]:
        raise Refused("busy")
        yield {}

    half.answers = busy
    with pytest.raises(gr.Error):
        press(half, "", 7, target=button(half, GERMAN.word("reset")))
    half.answers = answers
    assert number_after(half, "", 7) == 7


def test_presses_are_never_put_off(apps: Mapping[str, App]) -> None:
    """Gradio would send the event that was running once more in their place."""
    half = page(apps["half"])
    for fn in half.blocks.fns.values():
        pressed = {event for _, event in fn.targets} & {"click", "select"}
        assert fn.trigger_mode == ("multiple" if pressed else "always_last")


# Charts that can be clicked


def on_chart(half: Page, seen: str, points: str, **click: object) -> tuple[str, str]:
    """What stands in the hidden fields after a click, as the page's script sends it."""
    sent = json.dumps({**json.loads(seen or "{}"), **click})
    ((seen, points, *_),) = press(half, sent, points, target=half.panels[""].on_screen)
    return seen, points


def test_a_click_on_a_chart_places_a_point(apps: Mapping[str, App]) -> None:
    clicks = page(apps["clicks"])
    x, y = sys.modules["demos_elsewhere_clicks"].PLANE.place(-0.5, 0.5)
    seen, points = on_chart(clicks, "", "", chart="plane", point=[x, y])
    assert points == "a2575"
    assert json.loads(seen)["query"] == "points=a2575"
    assert "chart" not in json.loads(seen), "a click counts once"
    _, points = on_chart(clicks, seen, points, chart="plane", point=[10_000, 10_000])
    assert points == "a2575a9900"


def test_two_quick_clicks_place_two_points(apps: Mapping[str, App]) -> None:
    """The second is sent before the answer to the first has brought its point to the hidden field."""
    clicks = page(apps["clicks"])
    on_chart(clicks, "", "", chart="plane", point=[0, 0])
    _, points = on_chart(clicks, "", "", chart="plane", point=[10_000, 0])
    assert points == "a0099a9999"


@pytest.mark.parametrize(
    "click",
    [{}, {"chart": "plane"}, {"chart": "points", "point": [1, 1]}, {"chart": "plane", "point": [1, "1"]},
     {"chart": ["plane"], "point": [1, 1]}, {"chart": "plane", "point": [-1, 1]}],
)  # fmt: skip
def test_what_is_no_click_is_a_fault_in_one_sentence(
    apps: Mapping[str, App], click: dict[str, object]
) -> None:
    with pytest.raises(gr.Error) as caught:
        on_chart(page(apps["clicks"], ENGLISH), "", "", **click)
    assert caught.value.message == ENGLISH.word("error")


def test_points_that_are_none_are_refused(apps: Mapping[str, App]) -> None:
    with pytest.raises(gr.Error) as caught:
        press(page(apps["clicks"], ENGLISH), "", "z0000")
    assert caught.value.message == ENGLISH.word("refused")


def test_a_page_opens_with_the_points_of_its_address(apps: Mapping[str, App]) -> None:
    clicks = page(apps["clicks"])
    asked = parse(clicks.app, "preset=five")
    (payloads,) = clicks.compute(None, "", asked.state)  # type: ignore[arg-type]
    config = clicks.blocks.get_config_file()
    clicks.fill(config, asked, payloads)
    values = {c["id"]: c["props"].get("value") for c in config["components"]}
    assert values[id_of(clicks.panels[""].controls["points"][0])] == "a2575"
    assert values[id_of(clicks.panels[""].shows["plane"])].count("<polygon") == 1


# Streams


def test_a_text_is_sent_when_it_is_finished_and_not_letter_by_letter(apps: Mapping[str, App]) -> None:
    blocks = page(apps["says"]).blocks
    assert [target[1] for fn in blocks.fns.values() for target in fn.targets if target[1] != "click"] == [
        "submit"
    ]


@pytest.mark.parametrize(
    ("language", "dog", "cat"), [(GERMAN, "ein Hund", "eine Katze"), (ENGLISH, "a dog", "a cat")]
)
def test_a_text_of_a_preset_and_an_example_are_in_the_pages_language(
    apps: Mapping[str, App], language: Language, dog: str, cat: str
) -> None:
    app = apps["says"]
    parsed = parse(app, "preset=five", language.code)
    assert parsed.preset is not None
    assert parsed.state == {"text": dog}
    assert parse(app, f"preset=five&text={cat}", language.code).preset is None
    made = page(app, language)
    (field,) = made.panels[""].fields
    assert (field.placeholder, field.max_length) == (cat, 20)
    assert field.submit_btn == made.labels["text_send"]
    assert press(made, "", "")[0][-2] == cat
    assert press(made, "", dog)[0][-2] == dog


def test_a_stream_comes_part_by_part(apps: Mapping[str, App]) -> None:
    shown = [part[2] for part in press(page(apps["count"]), "", 3)]
    assert shown == ["Bis 0", "Bis 1", "Bis 2", "Bis 3"]


def test_a_stream_can_be_run_again_and_what_was_said_of_its_state_stays(apps: Mapping[str, App]) -> None:
    counting = page(apps["count"])
    again = button(counting, GERMAN.word("again"))
    opened = json.dumps({"query": "number=2", "sums": {}, "turn": 0})
    parts = press(counting, opened, 2, target=again)
    assert [part[2] for part in parts] == ["Bis 0", "Bis 1", "Bis 2"]
    assert [part[-1] for part in parts] == [SKIP] * 3
    assert [part[-1] for part in press(counting, opened, 1)] == [""] * 2, "it says nothing of another state"


def test_a_film_keeps_its_pace(apps: Mapping[str, App], monkeypatch: pytest.MonkeyPatch) -> None:
    """Parts that are there early wait for their time; those that are late don't."""
    waited: list[float] = []

    async def sleep(seconds: float) -> None:
        waited.append(seconds)

    tab = replace(apps["count"].tabs[0], pace=0.5)
    count = page(replace(apps["count"], tabs=(tab,)))
    monkeypatch.setattr("demos.kit.page.asyncio.sleep", sleep)
    parts = press(count, "", 4)
    assert len(parts) == len(waited)
    assert waited[0] == 0
    assert all(0.3 < seconds <= 0.5 * i for i, seconds in enumerate(waited[2:], start=2))
    waited.clear()
    press(page(apps["count"]), "", 4)
    assert waited == [0] * len(parts), "other answers come as they are made"


def test_only_what_streams_can_be_run_again(apps: Mapping[str, App]) -> None:
    words = [getattr(block, "value", "") for block in page(apps["half"]).blocks.blocks.values()]
    assert GERMAN.word("again") not in words


def test_a_newer_event_of_the_same_reader_ends_the_older_stream(apps: Mapping[str, App]) -> None:
    sys.modules["demos_elsewhere_count"].ended.clear()
    counting = page(apps["count"])
    panel = counting.panels[""]

    def event(number: int, reader: str) -> Any:
        request: Any = SimpleNamespace(session_hash=reader)
        return counting.respond(panel, gr.EventData(None, {}), request, ("", number))

    async def story() -> tuple[int, int, int]:
        old, other = event(1000, "a"), event(4, "b")
        await anext(old)
        await anext(other)
        new = [part async for part in event(2, "a")]
        return len([part async for part in old]), len(new), len([part async for part in other])

    assert run_async(story()) == (1, 3, 4), "the older one says once more that nothing is new"
    assert sorted(sys.modules["demos_elsewhere_count"].ended) == [2, 4, 1000]


# How it opens


def test_a_page_opens_in_the_state_of_its_address(apps: Mapping[str, App]) -> None:
    half = page(apps["half"])
    asked = parse(half.app, "preset=five")
    (payloads,) = half.compute(None, "", asked.state)  # type: ignore[arg-type]
    config = half.blocks.get_config_file()
    half.fill(config, asked, payloads)
    values = {c["id"]: c["props"].get("value") for c in config["components"]}
    panel = half.panels[""]
    assert values[id_of(panel.controls["number"][0])] == 5
    assert values[id_of(panel.shows["says"])] == "Die Hälfte ist 2,5."
    assert values[id_of(half.notice)] == "Fünf."
    assert json.loads(values[id_of(panel.on_screen)])["query"] == "number=5"
    fresh = half.blocks.get_config_file()
    assert {c["id"]: c["props"].get("value") for c in fresh["components"]} != values, (
        "one reader's page alone"
    )


def test_terms_below_a_demo_are_linked_in_the_readers_part_of_the_site(apps: Mapping[str, App]) -> None:
    texts = [str(getattr(b, "value", "")) for b in page(apps["half"], ENGLISH).blocks.blocks.values()]
    (see,) = [text for text in texts if "five</a>" in text]
    assert '<a href="../../../en/glossary/five/" target="_top">five</a>' in see


def test_a_demo_elsewhere_is_not_ours(apps: Mapping[str, App], tmp_path: Path) -> None:
    assert not load_demos(LANGUAGES, tmp_path)


# What is private in Gradio


def test_outputs_go_to_the_browser_as_our_handlers_give_them(apps: Mapping[str, App]) -> None:
    """As Gradio's own blocks do it without postprocessing, but that none is made anew for each reader."""
    blocks = page(apps["half"]).blocks
    fn = next(fn for fn in blocks.fns.values() if fn.fn)
    given = ["{}", SKIP, "Zwei", SKIP, ""]
    state = gr.state_holder.SessionState(blocks)
    assert run_async(blocks.postprocess_data(fn, given, state)) == given
    assert run_async(gr.Blocks.postprocess_data(blocks, fn, given, state)) == given
    ended = [gr.components._Keywords.FINISHED_ITERATING] * len(given)
    assert run_async(blocks.postprocess_data(fn, ended, state)) == [None] * len(given)
    with pytest.raises(ValueError, match="enough output values"):
        run_async(blocks.postprocess_data(fn, given[:2], state))


def test_what_is_private_in_gradio_is_still_there(apps: Mapping[str, App]) -> None:
    from demos.kit import gradio_internals

    blocks = page(apps["half"]).blocks
    assert blocks.state_session_capacity == gradio_internals.SESSIONS
    assert isinstance(id_of(next(iter(blocks.blocks.values()))), int)
    value = gradio_internals.picture_value("data:image/svg+xml,%3Csvg/%3E")
    theirs = gr.Image().postprocess.__annotations__
    assert "ImageData" in str(theirs["return"])
    assert value.keys() >= set(gr.data_classes.ImageData.model_fields)
    fn = next(fn for fn in blocks.fns.values() if fn.fn)
    assert (fn.preprocess, fn.postprocess) == (False, False)
