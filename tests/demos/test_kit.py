"""The kit's parts: random numbers, model functions, controls, pictures, charts, and what makes a new demo."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor

from demos import __main__ as cli
from demos.kit import charts, pictures, random
from demos.kit.app import App, AppError, Tab, check
from demos.kit.changes import spoken_in
from demos.kit.components import options
from demos.kit.controls import NAMED, Choices, LanguageChoice, Matrix, Number, Points, Slider, Switch, Words
from demos.kit.functions import ModelFunction, call, direct, function
from demos.kit.new import NewError, write_demo
from demos.kit.registry import load_demos
from demos.kit.remember import remembered, remembered_end
from demos.kit.shows import Audio, Chart, Download, File, Picture, Text
from demos.models.gan import functions, pretrained
from tests.demos.kit import demos, words
from tests.ordlab import LANGUAGES

# Random numbers


def split_mix(z: int) -> int:
    """SplitMix64's finalizer in Python's integers, as its authors give it."""
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9 % 2**64
    z = (z ^ (z >> 27)) * 0x94D049BB133111EB % 2**64
    return z ^ (z >> 31)


def test_random_numbers_are_those_of_any_other_machine() -> None:
    key = split_mix(split_mix(7))
    expected = [(split_mix((key + i * 0x9E3779B97F4A7C15) % 2**64) >> 11) / 2**53 for i in range(1, 6)]
    assert random.uniform(7, 5).tolist() == expected
    assert random.integers(7, 0, 10, 5).tolist() == [int(10 * u) for u in expected]
    assert random.permutation(7, 5) == sorted(range(5), key=lambda i: expected[i])


def test_row_i_depends_on_the_seed_and_i_alone() -> None:
    many = random.normal(7, 9, 64)
    assert torch.equal(many[:3], random.normal(7, 3, 64))
    assert torch.equal(many[4:], random.normal(7, 5, 64, start=4))
    assert not torch.equal(many, random.normal(8, 9, 64))
    assert not torch.equal(many, random.normal(7, 9, 64, stream="other"))


def test_normal_numbers_are_normal() -> None:
    x = random.normal(1, 100_000)
    assert abs(x.mean()) < 0.01
    assert abs(x.std() - 1) < 0.01
    assert abs((x.abs() < 1).double().mean() - 0.6827) < 0.01


# Model functions


@function(takes={"x": ("n", 3), "y": ("n",)}, gives={"sum": ("n",)})
def add(x: Tensor, y: Tensor, *, times: int = 1) -> Tensor:
    return (x.sum(1) + y) * times


def test_a_function_gets_tensors_and_settings() -> None:
    x, y = torch.ones(2, 3), torch.tensor([1.0, 2.0])
    assert direct(add, x=x, y=y, times=2).tolist() == [8, 10]
    assert add.split({"x": x, "y": y, "times": 2})[1] == {"times": 2}


@pytest.mark.parametrize(
    ("inputs", "fault"),
    [
        ({"x": torch.ones(2, 3)}, TypeError),
        ({"x": torch.ones(2, 4), "y": torch.ones(2)}, ValueError),
        ({"x": torch.ones(2, 3), "y": torch.ones(3)}, ValueError),
        ({"x": torch.ones(3), "y": torch.ones(3)}, ValueError),
    ],
)
def test_what_does_not_fit_is_named(inputs: dict[str, Tensor], fault: type[Exception]) -> None:
    with pytest.raises(fault, match="add"):
        direct(add, **inputs)


def test_a_device_without_memory_is_stood_in_for_by_the_cpu(caplog: pytest.LogCaptureFixture) -> None:
    seen: list[str] = []

    def body(x: Tensor) -> Tensor:
        seen.append(x.device.type)
        if x.device.type != "cpu":
            raise torch.OutOfMemoryError
        return 2 * x

    doubled = ModelFunction(body, {"x": ("n",)}, {"y": ("n",)})
    result = call(doubled, {"x": torch.ones(2)}, {}, torch.device("meta"))
    assert isinstance(result, Tensor)
    assert result.tolist() == [2, 2]
    assert seen == ["meta", "cpu"]
    assert "out of memory" in caplog.text


@pytest.mark.parametrize(
    "named", [f for f in vars(functions).values() if isinstance(f, ModelFunction)], ids=lambda f: f.name
)
def test_the_gans_functions_give_what_they_promise(named: ModelFunction) -> None:
    inputs = {
        name: random.normal(1, 2, *(n for n in shape[1:] if isinstance(n, int)))
        for name, shape in named.takes.items()
    }
    given = direct(named, **inputs)
    given = given if isinstance(given, dict) else {next(iter(named.gives)): given}
    assert given.keys() == named.gives.keys()
    for name, shape in named.gives.items():
        assert len(given[name].shape) == len(shape)
        assert given[name].dtype == torch.float32
        assert all(a == b for a, b in zip(given[name].shape, shape, strict=True) if isinstance(b, int))
        assert given[name].shape[0] == 2


def test_rows_of_a_batch_do_not_mix() -> None:
    z, full = pretrained.latents(5, 3), torch.ones(5)
    together = direct(functions.generate, z=z, truncation=full)
    alone = direct(functions.generate, z=z[2:3], truncation=full[:1])
    assert (together[2] - alone[0]).abs().mean() < 0.01


def test_folded_norms_change_nothing() -> None:
    z = pretrained.latents(4, 1)
    plain, both = pretrained.read_generator().eval(), functions.folded(pretrained.read_generator().eval())
    with torch.inference_mode():
        assert (plain(z) - both(z)).abs().max() < 1e-4
        assert (plain(z) - both(z)).abs().mean() < 1e-5


def test_bfloat16_cannot_be_seen() -> None:
    z = pretrained.latents(6, 2)
    fast = direct(functions.generate, z=z, truncation=torch.ones(6))
    assert (fast - pretrained.sample(z)).abs().mean() * 127.5 < 1, "gray levels"


# Controls


@pytest.mark.parametrize(
    ("control", "sent", "value"),
    [
        (Number("n", 3, 1, 12), 5.0, 5),
        (Number("n", 3, 1, 12), None, 3),
        (Slider("s", 0, 2, 1.0, step=0.05), 1, 1.0),
        (Slider("s", 0, 2, 1.0, step=0.05), 0.151, 0.15),
        (Slider("s", -3, 3, 0.0, step=0.1), -2.9, -2.9),
        (Slider("s", 0, 6, 6, step=1), 2.0, 2),
        (Choices("c", ("a", "b", "c")), ["c", "a"], ("a", "c")),
        (Matrix("m", 1, 3, (0, 0, 0)), [1, None, -0.06257], (1, 0, -0.0626)),
        (Words("w", longest=5), None, ""),
        (Words("w", longest=5), "å\r\nb", "å\nb"),
        (Words("w", longest=5), "👩🏽‍🎓é", "👩🏽‍🎓é"),
        (Points("p", -5, 5, classes=3), "a0099c5049", ((-4.95, 4.95, 0), (0.05, -0.05, 2))),
        (Points("p"), "", ()),
    ],
    ids=str,
)
def test_what_a_browser_sends_becomes_a_value(control: Any, sent: object, value: object) -> None:
    cleaned = control.clean(sent)
    assert cleaned == value
    assert type(cleaned) is type(value)
    assert control.parse(control.text(cleaned)) == value


@pytest.mark.parametrize(
    ("control", "sent"),
    [
        (Number("n", 3, 1, 12), 13),
        (Number("n", 3, 1, 12), True),
        (Number("n", 3, 1, 12), float("nan")),
        (Number("n", 3, 1, 12), "3"),
        (Slider("s", 0, 2, 1.0, step=0.05), float("inf")),
        (Slider("s", 0, 2, 1.0, step=0.05), [1]),
        (Choices("c", ("a", "b")), ["d"]),
        (Choices("c", ("a", "b")), "a"),
        (Matrix("m", 1, 2, (0, 0)), [1, 11]),
        (Matrix("m", 1, 2, (0, 0)), [1, "2"]),
        (Matrix("m", 1, 2, (0, 0)), [1]),
        (Matrix("m", 1, 2, (0, 0)), 1),
        (Switch("s"), 1),
        (Words("w", longest=5), "abcdef"),
        (Words("w", longest=5), "a\ud83d"),
        (Words("w", longest=5), {"path": "/etc/passwd"}),
        (Points("p"), [[0.1, 0.2, 0]]),
        (Points("p"), "a00"),
        (Points("p"), "a00990"),
        (Points("p"), "a٠٠٠٠"),
        (Points("p", classes=2), "c0099"),
        (Points("p", most=1), "a0099a0099"),
    ],
    ids=str,
)
def test_what_is_no_value_is_refused(control: Any, sent: object) -> None:
    with pytest.raises(ValueError, match="not"):
        control.clean(sent)


def test_what_is_remembered_is_not_computed_again_whoever_runs_it() -> None:
    computed: list[int] = []

    @remembered(2)
    def square(run: Any, n: int) -> int:
        computed.append(n)
        return run(n)

    assert [square(run, n) for run in (abs, lambda n: n) for n in (1, 2)] == [1, 2, 1, 2]
    assert computed == [1, 2]


def test_what_was_watched_to_its_end_is_there_at_once_the_next_time() -> None:
    begun: list[int] = []

    @remembered_end(2)
    def count(run: Any, n: int) -> Iterator[int]:
        begun.append(n)
        yield from (run(i) for i in range(n))

    half = count(abs, 3)
    assert next(half) == 0
    half.close()  # type: ignore[attr-defined]
    assert list(count(abs, 3)) == [0, 1, 2], "what was left halfway begins anew"
    assert list(count(abs, 3)) == [2]
    assert list(count(abs, 0)) == []
    assert begun == [3, 3, 0]
    assert [list(count(abs, n)) for n in (1, 2, 3)] == [[0], [0, 1], [0, 1, 2]], "only the latest are kept"
    assert [list(count(abs, n)) for n in (2, 1, 2)] == [[1], [0], [1]], "what was asked for again is kept"


# Declarations


@pytest.mark.parametrize(
    ("tab", "message"),
    [
        (Tab("", (Number("seed"),), (Picture("flow"),), lambda run, words: {}), "differ in seed"),
        (Tab("", (), (), lambda run, words: {}), "shows nothing"),
        (Tab("", (), (Text("flow"), Picture("flow")), lambda run, words: {}), "declared twice"),
        (Tab("", (), (Picture("other"),), lambda run, words: {}), "add other, other_alt to labels"),
    ],
)
def test_a_wrong_declaration_is_one_sentence(tab: Tab, message: str) -> None:
    with pytest.raises(AppError, match=message):
        check(App(demos()["generator"], (tab,)))


def test_languages_have_the_same_words_in_all_demos_and_others_those_of_the_demo() -> None:
    choice = LanguageChoice("trained_on", (*NAMED, "all"), "auto")
    assert choice.words_needed() == {"trained_on", "trained_on_all"}
    said = dict(options(choice, words("tokens", "nb")))
    assert list(said) == ["sidens", "automatisk", "norsk", "engelsk", "kinesisk", "alle tre"]
    english = words("tokens", "en")
    assert [english.spoken(("nb", "zh"), chosen) for chosen in ("page", "zh")] == ["en", "zh"]
    assert words("tokens", "zh").spoken(("nb", "zh")) == "zh"
    assert english.quoted(["a*b", "c"]) == "“a&#42;b”, “c”"
    assert english.quoted(["كيف", "c"]) == "“\u2068كيف\u2069”, “c”"


def test_a_change_sees_the_language_of_the_page() -> None:
    own, fixed = (LanguageChoice(name, ("page", "nb", "zh"), "page") for name in ("own", "fixed"))
    tab = Tab("", (own, fixed), (), lambda run, words: {})
    for lang, seen in {"nb": "nb", "zh": "zh", "en": "en"}.items():
        state = spoken_in(tab, {"own": "page", "fixed": "zh"}, words("tokens", lang))
        assert state == {"own": seen, "fixed": "zh"}


def test_what_nothing_shows_and_what_a_show_cannot_show_is_named() -> None:
    labels = words("generator", "nb")
    stray = Tab("", (), (Text("says"),), lambda run, words: {"said": "x"})
    with pytest.raises(AppError, match="“said”"):
        next(stray.payloads(direct, labels, {}))
    wrong = Tab("", (), (Picture("flow"),), lambda run, words: {"flow": 3})
    with pytest.raises(TypeError, match="cannot show a int"):
        next(wrong.payloads(direct, labels, {}))


# Pictures, charts, sounds and files


def test_a_heat_map_shows_signs_by_color_and_sizes_by_opacity() -> None:
    red, ground, teal = charts.signed(np.array([[-1.0, 0.0, 0.5]]))[0, :: charts.FINE].tolist()
    assert red[0] > red[1]
    assert teal[1] > teal[0]
    assert (red[3], ground[3], teal[3]) == (255, 0, 128)


def test_a_heat_map_shows_as_many_columns_as_fit() -> None:
    values = np.linspace(-1, 1, 100)[None]
    columns = [f"c{i}" for i in range(100)]
    for at, first in ((None, 65), (99, 65), (70, 65), (12, 12)):
        drawn = charts.heat_map({"one": values, "two": values}, columns, at)
        names = [t.text for t in drawn.things if isinstance(t, charts.Words) and t.anchor == "middle"]
        assert names == columns[first : first + 35]
        fields = [t for t in drawn.things if isinstance(t, charts.Field)]
        assert {field.pixels.shape[1] for field in fields} == {35 * charts.FINE}
        assert np.array_equal(fields[0].pixels, charts.signed(values[:, first : first + 35]))


def test_pictures_are_enlarged_as_pillow_does_it() -> None:
    picture = torch.rand(1, 3, 64, 64, generator=torch.Generator().manual_seed(1)) * 2 - 1
    ours = pictures.bytes_of(pictures.enlarged(picture, 128))[0].astype(int)
    small = Image.fromarray(pictures.bytes_of(picture)[0])
    theirs = np.asarray(small.resize((128, 128), Image.Resampling.LANCZOS)).astype(int)
    assert (
        np.abs(ours - theirs).max() <= 2 + 127
    )  # overshoot is cut before it is weighed there, after it here
    assert np.abs(ours - theirs).mean() < 2


def test_a_scene_is_the_same_as_svg_and_as_an_image() -> None:
    scene = pictures.grid([pictures.shape("disc", 40), pictures.shape("plus", 40)], 2)
    assert (scene.width, scene.height) == (88, 40)
    assert scene.address.startswith("data:image/svg+xml,%3Csvg")
    assert not set('#<>"') & set(scene.address)
    image = scene.image(2)
    assert image.size == (176, 80)
    assert image.getpixel((40, 40)) == (*pictures.GRAY, 255)
    assert image.getpixel((88, 40))[3] == 0, "gaps are transparent"


def test_a_click_on_a_gap_or_an_edge_is_on_a_tile() -> None:
    assert pictures.cell_at((0, 0), 6) == (0, 0)
    assert pictures.cell_at((807, 263), 6) == (5, 1)
    assert pictures.cell_at((132, 132), 6) == (0, 0)


def test_names_of_lines_stand_apart_and_as_near_to_their_ends_as_they_can() -> None:
    moved = charts.apart([100, 104, 30, 200], (20, 206), 17)
    assert moved == [100, 117, 30, 200]
    assert charts.apart([205, 204, 203], (20, 206), 17) == [206, 189, 172]
    assert charts.apart([], (0, 1)) == []
    names = charts.lines({"a": [(0, 1)], "b": [(0, 1)], "none": []}, str, x="x", y="y").things[-2:]
    assert [name.text for name in names] == ["a", "b"]
    assert names[1].y - names[0].y >= charts.LETTERS


def test_a_small_chart_rings_the_points_asked_for() -> None:
    series = {"a": [(0, 0), (1, 2)], "b": [(0, 1), (1, 1)]}
    chart = charts.lines(series, str, x="x", y="", up=(0, 2), at=(1,), small=True)
    (ring,) = [thing for thing in chart.things if isinstance(thing, charts.Ring)]
    line = next(thing for thing in chart.things if isinstance(thing, charts.Line) and thing.color == 0)
    assert (ring.x, ring.y) == line.points[-1]
    first = charts.lines(series, str, x="x", y="", up=(0, 2), at=(0,), small=True)
    (ring,) = [thing for thing in first.things if isinstance(thing, charts.Ring)]
    numbers = [thing for thing in first.things if isinstance(thing, charts.Words) and thing.anchor == "end"]
    assert all(number.x < ring.x - ring.radius for number in numbers), "none is under the ring"
    assert chart.narrow is None
    assert 'class="chart small"' in chart.svg("alt")
    wide = charts.lines(series, str, x="x", y="", up=(0, 2), at=(0, 1))
    assert sum(isinstance(thing, charts.Ring) for thing in wide.things) == 2
    assert wide.narrow is not None


def test_words_of_a_chart_have_room() -> None:
    series = {"a": [(0, 0), (1000, 1)]}
    wide = charts.lines(series, lambda value: f"{value:,.0f}", x="x", y="Number of all the pieces")
    assert wide.narrow is not None
    for layout in (wide, wide.narrow):
        for text in (thing for thing in layout.things if isinstance(thing, charts.Words)):
            room = charts.across(text.text)
            left = text.x - {"start": 0.0, "middle": 0.5, "end": 1.0}[text.anchor] * room
            assert left >= 0
            assert left + room <= layout.width + 0.01
    unnamed = charts.lines({"": series["a"]}, str, x="x", y="")

    def end(chart: charts.Drawing) -> float:
        return max(thing.points[-1][0] for thing in chart.things if isinstance(thing, charts.Line))

    assert end(unnamed) > end(wide), "what has no name needs no room for it"
    (short,), (long,) = (
        [thing for thing in charts.bars({name: 1.0}, str).things if isinstance(thing, charts.Bar)]
        for name in ("A", "a long name")
    )
    assert short.x < long.x


def test_charts_escape_words_and_have_an_alternative_text() -> None:
    chart = charts.lines({"<a>": [(0, 1), (10, 3)]}, str, x="steps & more", y="loss")
    svg = chart.svg('what "it" shows')
    assert "&lt;a&gt;" in svg
    assert "steps &amp; more" in svg
    assert 'aria-label="what &quot;it&quot; shows"' in svg
    assert chart.image().size == (1280, 600)
    assert charts.bars({"a": 2, "b": 0}, str).height == 2 * charts.BAR
    assert svg.count("<svg") == svg.count("aria-label") == 2, "a layout for a phone too"
    assert "circle" in charts.cloud({"a": [(0, 0)]}, str, x="x", y="y").svg("alt")


@pytest.mark.parametrize(
    ("within", "steps"),
    [((0, 10), [0, 2, 4, 6, 8, 10]), ((-1, 1), [-1, -0.5, 0, 0.5, 1]), ((3, 3), [3])],
)
def test_axes_have_round_numbers(within: tuple[float, float], steps: list[float]) -> None:
    assert charts.rounds(within) == pytest.approx(steps)


def test_a_chart_is_light_enough_to_stream() -> None:
    wave = [(n, float(np.sin(n / 20))) for n in range(300)]
    assert len(charts.lines({"a": wave, "b": wave}, str, x="x", y="y").svg("alt")) < 20_000


def test_a_reader_s_points_are_few_and_inside_the_square() -> None:
    control = Points("p", -5, 5, classes=2, most=2)
    one = control.added((), 0.01, 7, label=1)
    assert one == ((0.05, 4.95, 1),)
    two = control.added(one, -5, -5)
    assert two == (*one, (-4.95, -4.95, 0))
    assert control.added(two, 1, 1) == two
    assert control.sent(two) == control.text(two) == "b5099a0000"


def test_a_place_of_a_plane_is_found_again() -> None:
    plane = charts.Plane(-5, 5)
    assert plane.at(plane.place(1.5, -4)) == pytest.approx((1.5, -4))
    assert plane.place(-5, 5) == (charts.EDGE, charts.HEAD), "y goes up"
    assert plane.at((0, 0)) == (-5, 5)
    assert plane.at((9999, 9999)) == (5, -5)


def test_a_plane_has_signs_that_differ_in_shape_and_a_map_of_colors() -> None:
    plane = charts.Plane(-1, 1)
    pixels = np.zeros((2, 2, 4), np.uint8)
    pixels[0, 0] = (200, 30, 10, 255)
    signs = [plane.sign(0.5, -0.5, label) for label in range(4)]
    assert len({len(sign.corners) for sign in signs[:3]} | {str(signs[3].corners)}) == 4
    chart = plane.drawing([plane.field(pixels), signs[0]], str, x="x", y="y")
    assert 'href="data:image/png;base64,' in chart.svg("alt")
    image = chart.image(1)
    x, y = (round(place) for place in plane.place(-0.9, 0.9))
    assert image.getpixel((x, y)) == (200, 30, 10)
    x, y = (round(place) for place in plane.place(0.5, -0.5))
    assert image.getpixel((x, y)) == charts.COLORS[0]


def test_a_contour_goes_where_values_pass_its_level() -> None:
    plane = charts.Plane(-2, 2)
    grid = plane.grid(64)
    assert grid[0] == pytest.approx((-2 + 1 / 32, 2 - 1 / 32)), "the first row is on top"
    circle = plane.contour((grid**2).sum(1).reshape(64, 64), 1.0)
    places = np.array([plane.at((x, y)) for x, y in circle.ends.reshape(-1, 2)])
    assert np.hypot(*places.T) == pytest.approx(1, abs=0.005)
    lengths = np.hypot(*(circle.ends[:, 1] - circle.ends[:, 0]).T)
    assert lengths.sum() / plane.side * 4 == pytest.approx(2 * np.pi, rel=0.01), "all around, and once"
    assert len(charts.contour(np.zeros((4, 4)), 1.0)) == 0


def test_a_bar_may_have_the_color_that_it_stands_for() -> None:
    chart = charts.Drawing((charts.Bar(10, 10, 80, 80, stands_for=(255, 250, 240)),), 100, 100)
    assert 'class="swatch"' in chart.svg("alt")
    assert "fill: rgb(255, 250, 240)" in chart.svg("alt")
    image = chart.image(1)
    assert image.getpixel((50, 50)) == (255, 250, 240)
    assert image.getpixel((10, 50)) != (255, 255, 255), "its edge is seen on white too"


def test_a_pair_of_charts_is_named_twice_and_clicked_as_one() -> None:
    plane = charts.Plane()
    part = plane.drawing([plane.ring(0, 0)], str, x="x", y="y")
    pair = charts.Pair({"a < b": part, "c": part})
    svg = Chart("map", click=lambda *_: {}).payload(pair, words_of(map_alt="what it shows"))
    assert svg.count('data-name="map"') == 2
    assert 'aria-label="a &lt; b: what it shows"' in svg
    assert pair.image(1).size == (2 * charts.SIDE, charts.SIDE + 2)


def test_a_bar_may_have_a_tone_and_a_layout_a_height_of_its_own() -> None:
    key = charts.Bar(0, 0, 10, 40, stands_for=(255, 255, 255), tone=440)
    assert 'data-tone="440.00"' in key.svg()
    assert "data-tone" not in charts.Bar(0, 0, 10, 40).svg()
    both = charts.Drawing((key,), 400, 40, charts.Drawing((key,), 340, 40, top=1000))
    assert [box in both.svg("keys") for box in ('viewBox="0 0 400 40"', 'viewBox="0 1000 340 40"')] == [
        True
    ] * 2


def words_of(**labels: str) -> Any:
    return labels


def test_sounds_and_files_stand_in_the_page() -> None:
    labels = words("generator", "en")
    assert "data:audio/wav;base64,UklGRg==" in Audio("flow").payload(b"RIFF", labels)
    link = File("flow").payload(Download('a"b.csv', b"1,2"), labels)
    assert 'download="a&quot;b.csv"' in link
    assert "base64,MSwy" in link


# New demos


def test_a_new_demo_runs_is_listed_and_holds_to_the_contract(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "demos" / "apps").mkdir(parents=True)
    place = ["--demos", str(tmp_path / "demos")]
    assert cli.main(["new", "first_demo", "--term", "noise", *place]) == 0
    folder = tmp_path / "demos" / "apps" / "first_demo"
    assert sorted(path.name for path in folder.iterdir()) == [
        "__init__.py", "app.py", "demo.yml", "still.webp",
    ]  # fmt: skip
    capsys.readouterr()
    assert cli.main(["list", "--format", "json", *place]) == 0
    (row,) = json.loads(capsys.readouterr().out)
    assert row == {
        "demo": "first_demo", "terms": ["noise"], "presets": ["no_spread"], "weights": [], "bytes": 0,
        "bars_met": True,
    }  # fmt: skip
    before = (folder / "still.webp").read_bytes()
    assert cli.main(["stills", "first_demo", *place]) == 0
    with Image.open(folder / "still.webp") as still:
        assert still.width > still.height
    assert abs(len(before) - (folder / "still.webp").stat().st_size) < 500
    demo = load_demos(LANGUAGES, tmp_path / "demos" / "apps", strict=True)["first_demo"]
    assert demo.see["zh"]


def test_list_tells_what_ordlabs_demos_weigh(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["list", "--format", "json"]) == 0
    rows = {row["demo"]: row for row in json.loads(capsys.readouterr().out)}
    assert rows["latent_space"]["weights"] == ["gan", "judge"]
    assert rows["latent_space"]["bytes"] > rows["generator"]["bytes"] > 1_000_000
    assert "untrained" in rows["generator"]["presets"]
    assert isinstance(rows["generator"]["bars_met"], bool)


@pytest.mark.parametrize(
    ("name", "term", "message"),
    [
        ("my-demo", "noise", "cannot name a demo"),
        ("_demo", "noise", "cannot name a demo"),
        ("noise", "nois", "no term “nois”"),
        ("nothing_like_it", "", "no term “nothing-like-it”"),
    ],
)
def test_a_demo_that_cannot_be_written_is_one_sentence(
    tmp_path: Path, name: str, term: str, message: str
) -> None:
    with pytest.raises(NewError, match=message):
        write_demo(tmp_path, name, term, ["nb"], ["noise"])
    assert not list(tmp_path.iterdir())


def test_a_demo_is_not_overwritten(tmp_path: Path) -> None:
    write_demo(tmp_path, "noise", "", ["de", "en"], ["noise"])
    text = (tmp_path / "noise" / "demo.yml").read_text(encoding="utf-8")
    assert "de: Random numbers" in text, "English, to be translated"
    assert "nb:" not in text
    with pytest.raises(NewError, match="there already"):
        write_demo(tmp_path, "noise", "", ["en"], ["noise"])
