"""A GAN that is trained while one watches, and that one may change meanwhile."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from copy import deepcopy
from functools import cache, lru_cache
from typing import Any

import torch
from PIL import Image
from torch import Tensor

from demos.apps.gan_training import measures
from demos.apps.gan_training.measures import EDGE, Curve
from demos.apps.gan_training.model import Settings, Training, noise, real
from demos.data.points import DISTRIBUTIONS, Distribution, placed
from demos.kit import pictures
from demos.kit.charts import Drawing, lines
from demos.kit.controls import Action, Choice, Choices, Hidden, Number, Points, Seed, State, Switch
from demos.kit.labels import Labels
from demos.kit.pictures import Color, Scene, Strokes
from demos.kit.runs import live_tab
from demos.kit.shows import Chart, Picture, Point, Text

STEPS = 50  # in a frame
FRAME = 1 / 15  # seconds that a frame stays at least
PHASE = 1.2  # seconds that a phase stays in slow motion
PHASES = ("draw", "judge", "learn", "gradients", "move")
MOST_UPDATES = 8000  # of both nets, on the way to where an address leads
MEASURED_EVERY = 25  # steps

SIDE, INPUT, SIGN = 440, 150, 30  # px of the pictures of the plane and of the noise, and of the arrow between
LEFT = INPUT + SIGN + 4 * pictures.GAP  # where the plane begins
GRID = 48  # places in a row at which the discriminator is asked
SHOWN, ARROWS, MEASURED = 200, 80, 1000  # points
ARROW, STEEP = 42, 2.5  # px of the longest arrow; the length of a gradient that gets three quarters of it
LATTICE = 9  # lines of noise in each direction
REACH = {"normal": 2.2, "uniform": 1.0, "line": 1.0}  # of the noise that is drawn
OWN = ((-0.6, -0.5), (0.6, -0.5), (0.0, 0.6))  # until a reader has placed points
RATES = ("0.0003", "0.001", "0.003", "0.01", "0.03")
WIDTHS = ("8", "16", "32", "48")
LOSSES = ("original", "nonsaturating", "wasserstein", "least_squares")
LAYERS = ("real", "generated", "surface", "arrows", "lattice")


# What the controls mean


def points_of(state: State) -> Distribution:
    """What the real examples come from."""
    if state["data"] != "own":
        return DISTRIBUTIONS[state["data"]]
    return own(tuple((x, y) for x, y, _ in state["points"]) or OWN)


@lru_cache(maxsize=64)
def own(points: tuple[tuple[float, float], ...]) -> Distribution:
    return placed(points)


def settings_of(state: State) -> Settings:
    def size(side: str) -> tuple[int, int]:
        return state[f"{side}_layers"], int(state[f"{side}_width"])

    return Settings(
        points_of(state),
        seed=state["seed"],
        noise=state["noise"],
        loss=state["loss"],
        optimizer=state["optimizer"],
        g_rate=float(state["g_rate"]),
        d_rate=float(state["d_rate"]),
        g_updates=state["g_updates"],
        d_updates=state["d_updates"],
        g_size=size("g"),
        d_size=size("d"),
    )


def place(point: Point, state: State) -> dict[str, Any]:
    """A click in the plane places a real cluster there; the first one is the start of a new distribution."""
    x, y = plane(point[0] - LEFT), -plane(point[1])
    if max(abs(x), abs(y)) > EDGE:
        return {}
    before = state["points"] if state["data"] == "own" else ()
    return {"data": "own", "points": POINTS.added(before, x, y)}


def plane(pixel: float) -> float:
    return (pixel / SIDE * 2 - 1) * EDGE


# What runs


class Gan:
    """A training, its curves, and where in a step it is."""

    moves: tuple[str, ...] = ("steps",)

    def __init__(self, state: State) -> None:
        self.state = state
        self.training = Training(settings_of(state))
        self.phase = ""  # in slow motion
        self.half = False  # of a step is done: the discriminator's
        self.ghosts: Tensor | None = None  # where the generated points were before the generator's update
        self.d_losses, self.g_losses, self.distances = Curve(), Curve(), Curve(MEASURED_EVERY)

    def restore(self, state: State) -> Iterator[None]:
        goal = min(state["steps"], most_steps(state))
        if found := REACHED.get(state):
            self.__dict__.update(found)
        while self.training.steps < goal:
            for _ in range(min(STEPS, goal - self.training.steps)):
                self.step()
            yield None
        REACHED.put(state, self.__dict__)
        self.update(state)

    def update(self, state: State) -> None:
        if state["seed"] != self.state["seed"]:
            self.__init__({**state, "steps": 0})  # type: ignore[misc]
        self.state = state
        self.training.change(settings_of(state))

    def advance(self, once: bool) -> float:
        if self.state["slow"]:
            self.next_phase()
            return PHASE
        self.phase, self.ghosts = "", None
        for _ in range(1 if once else STEPS):
            self.step()
        return FRAME

    def step(self) -> None:
        if not self.half:
            self.training.discriminate()
        self.finish_step()

    def finish_step(self) -> None:
        self.training.generate()
        self.half = False
        self.d_losses.add(self.training.d_loss)
        self.g_losses.add(self.training.g_loss)
        if self.training.steps % MEASURED_EVERY == 0:
            self.distances.add(measures.js(*self.histograms()))

    def next_phase(self) -> None:
        self.phase = PHASES[(PHASES.index(self.phase) + 1) % len(PHASES) if self.phase else 0]
        self.ghosts = None
        if self.phase == "learn" and not self.half:
            self.training.discriminate()
            self.half = True
        if self.phase == "move":
            self.ghosts = self.made(SHOWN)
            self.finish_step()

    @property
    def moved(self) -> Mapping[str, Any]:
        return {"steps": min(self.training.steps, most_steps(self.state))}

    # What is seen

    def made(self, n: int) -> Tensor:
        """Generated points (n, 2), always from the same noise."""
        return self.training.generator(shown_noise(self.state["noise"], n))

    def histograms(self) -> tuple[Tensor, Tensor]:
        """Of real points and of generated ones."""
        return real_histogram(self.training.settings.points), measures.histogram(self.made(MEASURED))

    def gradients(self, points: Tensor) -> Tensor:
        """Where each of some points (n, 2) should move so that the generator's loss gets smaller (n, 2)."""
        return -len(points) * self.training.judged(points)[1]

    def shown(self, words: Labels) -> dict[str, Any]:
        return {
            "plane": self.picture(),
            "says": self.says(words),
            "losses": self.loss_chart(words),
            "distance": self.distance_chart(words),
        }

    def picture(self) -> Scene:
        return pictures.in_a_row([self.noise_picture(), pictures.shape("arrow", SIGN), self.plane_picture()])

    def plane_picture(self) -> Scene:
        layers = self.layers()
        scene = surface(self.believed()) if "surface" in layers else blank(SIDE)
        if "lattice" in layers:
            ends = [at_pixels(self.training.generator(line)) for line in lattice(self.state["noise"])]
            scene = scene.with_things((0, 0, Strokes(tuple(ends), 1, pictures.GRAY)))
        if "real" in layers:
            scene = dotted(scene, shown_real(self.training.settings.points), pictures.TEAL, square=False)
        made = self.made(SHOWN)
        if self.ghosts is not None and "generated" in layers:
            moves = torch.stack([self.ghosts, made], 1)
            scene = scene.with_things(
                (0, 0, Strokes(tuple(at_pixels(move) for move in moves), 2, pictures.GRAY))
            )
        if "arrows" in layers:
            scene = scene.with_things((0, 0, Strokes(self.arrows(made[:ARROWS]), 2, pictures.INK)))
        return dotted(scene, made, pictures.RED, square=True) if "generated" in layers else scene

    def layers(self) -> set[str]:
        """What is drawn: what the reader wants, and in slow motion no arrows but when they are reckoned."""
        layers = set(self.state["layers"])
        return layers if self.phase in ("", "gradients") else layers - {"arrows"}

    def arrows(self, points: Tensor) -> tuple[tuple[tuple[float, float], ...], ...]:
        """Lines in px from points (n, 2) along their gradients, longer for longer ones but never too long."""
        ways = self.gradients(points)
        length = ways.norm(dim=1, keepdim=True).clamp_min(1e-12)
        ends = points + ways / length * (length / STEEP).tanh() * ARROW / SIDE * 2 * EDGE
        return tuple(at_pixels(pair) for pair in torch.stack([points, ends], 1))

    def believed(self) -> Tensor:
        """How real the discriminator finds each place of a grid (GRID²,), from 0 to 1."""
        scores = self.training.discriminator(places())[:, 0]
        if self.state["loss"] == "least_squares":
            return scores.clamp(0, 1)
        if self.state["loss"] == "wasserstein":  # scores mean something only beside each other
            scores = (scores - scores.mean()) / scores.std().clamp_min(1e-6)
        return scores.sigmoid()

    def noise_picture(self) -> Scene:
        kind = self.state["noise"]
        scale = INPUT / 2 / (REACH[kind] * 1.15)

        def at(z: Tensor) -> tuple[tuple[float, float], ...]:
            return tuple((INPUT / 2 + x * scale, INPUT / 2 - y * scale) for x, y in z.tolist())

        scene = blank(INPUT)
        if "lattice" in self.state["layers"]:
            scene = scene.with_things(
                (0, 0, Strokes(tuple(at(line) for line in lattice(kind)), 1, pictures.GRAY))
            )
        inside = [z for z in shown_noise(kind, SHOWN) if z.abs().max() <= REACH[kind] * 1.1]
        dots = tuple((point,) for point in at(torch.stack(inside)))
        return scene.with_things((0, 0, Strokes(dots, 4, pictures.RED, square=True)))

    def says(self, words: Labels) -> str:
        training = self.training
        made, examples = self.made(MEASURED), shown_real(training.settings.points)
        scores = [training.discriminator(points) for points in (examples, made)]
        if training.settings.loss in ("original", "nonsaturating"):
            scores = [score.sigmoid() for score in scores]
        believed = [words.number(float(score.mean()), 2) for score in scores]
        gradient = float(self.gradients(made).norm(dim=1).median())
        p, q = self.histograms()
        kl, js = measures.kl(p, measures.smoothed(q)), measures.js(p, q)
        facts = [
            words("step_says", step=words.thousands(training.steps)),
            words("belief_says", real=believed[0], made=believed[1]),
            words("gradient_says", length=words.number(gradient, 2)),
            words("distance_says", kl=words.number(kl, 1), js=words.number(js, 2)),
        ]
        if len(training.settings.points.modes):
            covered = measures.covered(made, training.settings.points)
            facts.insert(1, words("modes_says", covered=covered, all=len(training.settings.points.modes)))
        said = " · ".join(facts)
        return f"{phases(words, self.phase)}\n\n{said}" if self.phase else said

    def loss_chart(self, words: Labels) -> Drawing:
        series = {words["discriminator"]: self.d_losses.points(), words["generator"]: self.g_losses.points()}
        return lines(series, words.plain, x=words["steps"], y=words["loss_axis"], across=self.so_far())

    def distance_chart(self, words: Labels) -> Drawing:
        series = {words["js"]: self.distances.points()}
        return lines(
            series, words.plain, x=words["steps"], y=words["bits"], across=self.so_far(), up=(0.0, 1.0)
        )

    def so_far(self) -> tuple[float, float]:
        return 0, max(self.training.steps, 1)


def most_steps(state: State) -> int:
    """Where an address may lead: what a server trains before it shows the page."""
    return int(MOST_UPDATES // (state["d_updates"] + state["g_updates"]))


def phases(words: Labels, now: str) -> str:
    """The phases of a step as a list, the one that is shown in bold."""
    names = [f"**{words[f'phase_{name}']}**" if name == now else words[f"phase_{name}"] for name in PHASES]
    return "\n".join(f"{i}. {name}" for i, name in enumerate(names, start=1))


class Reached:
    """Where trainings stand that were asked for last: “Train” goes on at once from what an address shows."""

    MOST = 24

    def __init__(self) -> None:
        self.runs: OrderedDict[Any, Any] = OrderedDict()
        self.lock = threading.Lock()

    def key(self, state: State) -> Any:
        return tuple((name, value) for name, value in state.items() if name not in ("slow", "layers"))

    def get(self, state: State) -> Any:
        """A copy, or nothing."""
        with self.lock:
            return deepcopy(self.runs.get(self.key(state)))

    def put(self, state: State, run: Any) -> None:
        with self.lock:
            self.runs[self.key(state)] = deepcopy(run)
            if len(self.runs) > self.MOST:
                self.runs.popitem(last=False)


REACHED = Reached()


# Points that are always the same


@cache
def shown_noise(kind: str, n: int) -> Tensor:
    return noise(kind, 7, n, "shown")


@lru_cache(maxsize=64)
def shown_real(points: Distribution) -> Tensor:
    return real(points, 7, SHOWN, "shown")


@lru_cache(maxsize=64)
def real_histogram(points: Distribution) -> Tensor:
    return measures.histogram(real(points, 8, 20_000, "measured"))


@cache
def places() -> Tensor:
    """The middles of the surface's squares (GRID², 2), row by row from the top."""
    line = (torch.arange(GRID) + 0.5) / GRID * 2 * EDGE - EDGE
    y, x = torch.meshgrid(-line, line, indexing="ij")
    return torch.stack([x.flatten(), y.flatten()], 1)


@cache
def lattice(kind: str) -> tuple[Tensor, ...]:
    """Lines of noise, each (n, 2): what the generator bends."""
    reach = REACH[kind]
    line = torch.linspace(-reach, reach, 25)
    if kind == "line":
        return (torch.stack([line, torch.zeros(25)], 1),)
    across = [
        torch.stack([line, torch.full((25,), float(at))], 1) for at in torch.linspace(-reach, reach, LATTICE)
    ]
    return (*across, *(one.flip(1) for one in across))


# Pictures


def at_pixels(points: Tensor) -> tuple[tuple[float, float], ...]:
    """Points (n, 2) of the plane in px of its picture; what is far outside is put at its edge."""
    pixels = (points.clamp(-EDGE, EDGE) * torch.tensor([1.0, -1.0]) + EDGE) / (2 * EDGE) * SIDE
    return tuple((x, y) for x, y in pixels.tolist())


def blank(side: float) -> Scene:
    return Scene(side, side, ((0, 0, pictures.Box(side, side, pictures.PAPER)),))


def surface(belief: Tensor) -> Scene:
    """Beliefs (GRID²,) from 0 to 1 as colors: red for generated, paper for undecided, teal for real."""
    colors = pictures.diverging(2 * belief - 1, 1.6)
    return pictures.raster(Image.fromarray(colors.reshape(GRID, GRID, 3).numpy()), SIDE)


def dotted(scene: Scene, points: Tensor, color: Color, *, square: bool) -> Scene:
    """With points (n, 2), each set off from the ground by a light edge."""
    dots = tuple((point,) for point in at_pixels(points))
    edge = Strokes(dots, 7 if square else 8, pictures.PAPER, square)
    return scene.with_things((0, 0, edge), (0, 0, Strokes(dots, 4 if square else 5, color, square)))


POINTS = Points("points", most=40)


def net_controls(side: str) -> tuple[Choice | Number, ...]:
    return (
        Choice(f"{side}_rate", RATES, "0.003", words="rate", dropdown=True),
        Number(f"{side}_updates", 1, 1, 10),
        Number(f"{side}_layers", 2, 1, 3),
        Choice(f"{side}_width", WIDTHS, "32", words="width", dropdown=True),
    )


TABS = (
    live_tab(
        "",
        (
            Action("start_over", lambda _: {"steps": 0}),
            Choice("data", (*DISTRIBUTIONS, "own"), "ring", words="data", dropdown=True),
            Choice(
                "loss",
                LOSSES,
                "nonsaturating",
                words="loss",
                dropdown=True,
            ),
            Switch("slow"),
            Choices("layers", LAYERS, LAYERS[:-1], words="layer"),
            Hidden("steps", 300, 0, MOST_UPDATES // 2),
            POINTS,
        ),
        (Picture("plane", click=place), Text("says"), Chart("losses"), Chart("distance")),
        Gan,
        more=(
            net_controls("d"),
            net_controls("g"),
            (
                Choice("noise", ("normal", "uniform", "line"), "normal", words="noise", dropdown=True),
                Choice("optimizer", ("adam", "sgd"), "adam", words="optimizer", dropdown=True),
                Seed("seed", 1, primary=False),
            ),
        ),
        above=2,
    ),
)
STILL = ("plane",)
