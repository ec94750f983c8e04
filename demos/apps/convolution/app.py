"""Convolution: a kernel of the reader's own, number by number; the filters and maps of a trained net; and
portraits compared by the numbers that it ends in.

The net is the one in whose features the GAN's critics look at a picture (`demos.models.gan.features`); its
weights are stored with theirs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import torch
import torch.nn.functional as F
from PIL import Image
from torch import Tensor

from demos.data.avatars import ahead
from demos.kit import pictures
from demos.kit.app import Tab
from demos.kit.controls import Action, Choice, Matrix, Number, Seed, Slider, State
from demos.kit.functions import Runner, function
from demos.kit.labels import Labels
from demos.kit.pictures import Box, Scene
from demos.kit.remember import remembered
from demos.kit.shows import Picture, Point, Text
from demos.models.gan import pretrained

SIDE = 64  # px of a portrait
LARGE = 4  # px on screen of one of its pixels
GAP = 64  # px between the portrait and the result: the arrow's
LUMINANCE = torch.tensor([0.299, 0.587, 0.114])  # of red, green and blue (ITU-R BT.601)

KERNELS: dict[str, tuple[float, ...]] = {
    "unchanged": (0, 0, 0, 0, 1, 0, 0, 0, 0),
    "blur": (0.0625, 0.125, 0.0625, 0.125, 0.25, 0.125, 0.0625, 0.125, 0.0625),
    "sharpen": (0, -1, 0, -1, 5, -1, 0, -1, 0),
    "edges": (-1, -1, -1, -1, 8, -1, -1, -1, -1),
    "emboss": (-2, -1, 0, -1, 1, 1, 0, 1, 2),
}


# A kernel of one's own


def portrait(seed: int) -> Tensor:
    """The portrait (3, 64, 64) of a seed, in [-1, 1]."""
    return ahead.portrait(seed)[0]


def gray(seed: int) -> Tensor:
    """Its brightness (64, 64) as integers from 0 to 255."""
    return ((LUMINANCE @ portrait(seed).flatten(1) + 1) * 127.5).round().reshape(SIDE, SIDE)


def convolved(image: Tensor, kernel: tuple[float, ...]) -> Tensor:
    """What a layer without bias makes of an image (64, 64): at each pixel, the sum of nine products. Outside
    the image stands zero, and the kernel is not turned around, as in every library of neural networks."""
    weights = torch.tensor(kernel, dtype=torch.float64).reshape(1, 1, 3, 3)
    return F.conv2d(image.double()[None, None], weights, padding=1)[0, 0]


def look(
    _: Runner, words: Labels, *, kernel: tuple[float, ...], portrait: int, across: int, down: int
) -> dict[str, Any]:
    """The portrait through a kernel, and the sum at one place (column and row, from 1)."""
    image = gray(portrait)
    result = convolved(image, kernel)
    before = boxed(as_gray(image), across - 2, down - 2, 3)
    after = boxed(as_gray(result) if sum(kernel) > 0 else as_signed(result), across - 1, down - 1, 1)
    parts = [before, pictures.shape("arrow", GAP - 16), after]
    return {
        "look": pictures.in_a_row(parts, gap=8),
        "sum": written_out(words, image, kernel, result, across, down),
    }


def as_gray(values: Tensor) -> Scene:
    """Values (64, 64) as gray pixels; what is below 0 or above 255 is cut off."""
    return enlarged(Image.fromarray(values.round().clamp(0, 255).byte().numpy()).convert("RGB"))


def as_signed(values: Tensor) -> Scene:
    """Values (64, 64) as colors: red below zero, white at it, teal above, full from 255 on."""
    return enlarged(Image.fromarray(pictures.diverging(values, 255).numpy()))


def enlarged(image: Image.Image) -> Scene:
    """Every pixel as a square."""
    size = image.width * LARGE, image.height * LARGE
    return pictures.raster(image.resize(size, Image.Resampling.NEAREST))


def boxed(part: Scene, left: int, top: int, pixels: int) -> Scene:
    """With a frame around so many pixels each way."""
    outer = Box((pixels + 2) * LARGE, (pixels + 2) * LARGE, pictures.PAPER, line=2)
    inner = Box((pixels + 1) * LARGE, (pixels + 1) * LARGE, pictures.RED, line=2)
    x, y = left * LARGE, top * LARGE
    return part.with_things((x - LARGE, y - LARGE, outer), (x - LARGE / 2, y - LARGE / 2, inner))


def patch(image: Tensor, across: int, down: int) -> list[int]:
    """The nine pixels around a place, row by row; zeros outside the image."""
    around = F.pad(image, (1, 1, 1, 1))[down - 1 : down + 2, across - 1 : across + 2]
    return [int(value) for value in around.flatten().tolist()]


def written_out(
    words: Labels, image: Tensor, kernel: tuple[float, ...], result: Tensor, across: int, down: int
) -> str:
    """Nine products as a table, where they stand in the picture; their sum; and how the result is drawn."""
    pixels = patch(image, across, down)
    products = [pixel * weight for pixel, weight in zip(pixels, kernel, strict=True)]
    cells = [
        f"{pixel} × {in_parentheses(words, weight)} = {short(words, product)}"
        for pixel, weight, product in zip(pixels, kernel, products, strict=True)
    ]
    rows = [[words("row", n=down - 1 + i), *cells[3 * i : 3 * i + 3]] for i in (0, 1, 2)]
    head = ["", *(words("column", n=across - 1 + i) for i in (0, 1, 2))]
    table = "\n".join(f"| {' | '.join(line)} |" for line in (head, ["---"] * 4, *rows))
    total = words("total", total=short(words, sum(products)))
    return f"{table}\n\n{words.sentences([total, drawing(words, kernel, result)])}"


def drawing(words: Labels, kernel: tuple[float, ...], result: Tensor) -> str:
    """How the result is drawn, and how much of it does not fit."""
    if sum(kernel) <= 0:
        return words["drawn_signed"]
    cut = ((result < -0.5) | (result > 255.5)).double().mean().item()
    return words("drawn_gray", cut=words.percent(cut))


def short(words: Labels, value: float) -> str:
    """A number with at most two decimals."""
    return words.plain(round(value, 2) + 0.0)


def in_parentheses(words: Labels, value: float) -> str:
    return f"({words.plain(value)})" if value < 0 else words.plain(value)


def point_at(point: Point, _: State) -> Mapping[str, Any]:
    """The pixel that was clicked, in the portrait or in the result; between them there is none."""
    x, y = point[0] // LARGE, min(int(point[1] // LARGE), SIDE - 1)
    second = (SIDE * LARGE + GAP) // LARGE
    for left in (0, second):
        if left <= x < left + SIDE:
            return {"across": int(x) - left + 1, "down": y + 1}
    return {}


def setting(name: str) -> Action:
    return Action(name, lambda _: {"kernel": KERNELS[name]})


def turned_around(state: State) -> Mapping[str, Any]:
    return {"kernel": tuple(reversed(state["kernel"]))}


# The layers of a trained net


@dataclass(frozen=True)
class Layer:
    """A convolution of the net, and how the places of its maps lie in the picture: `step` px apart, each
    seeing `sees` px across."""

    channels: int
    size: int
    step: int
    sees: int


LAYERS = (
    Layer(32, 64, 1, 3),
    Layer(48, 32, 2, 8),
    Layer(64, 32, 2, 12),
    Layer(96, 16, 4, 22),
    Layer(96, 16, 4, 30),
    Layer(128, 8, 8, 50),
    Layer(128, 8, 8, 66),
)
NAMES = tuple(str(i + 1) for i in range(len(LAYERS)))
MOST_CHANNELS = max(layer.channels for layer in LAYERS)
WIDE = 640  # px of all maps together
POOL, POOL_SEED = 72, 90_001
SHOWN = 8  # portraits in a row, and filters of one channel
SMALL = 72  # px of each


@cache
def convolutions(device: torch.device) -> list[torch.nn.Conv2d]:
    """The net's convolutions in their order."""
    net = pretrained.to_inference(pretrained.read_discriminator().features.net, device)
    return [module for module in net.modules() if isinstance(module, torch.nn.Conv2d)]


@function(
    takes={"picture": ("n", 3, SIDE, SIDE)},
    gives={name: ("n", x.channels, x.size, x.size) for name, x in zip(NAMES, LAYERS, strict=True)},
)
def feature_maps(picture: Tensor) -> dict[str, Tensor]:
    """What each layer of the frozen net gives, after its activation."""
    maps: dict[str, Tensor] = {}
    size = SIDE
    for name, layer, convolution in zip(NAMES, LAYERS, convolutions(picture.device), strict=True):
        if layer.size < size:
            picture, size = F.avg_pool2d(picture, 2), layer.size
        picture = maps[name] = F.leaky_relu(convolution(picture), 0.1)
    return maps


@dataclass(frozen=True, eq=False)
class Pool:
    """Portraits (72, 3, 64, 64), the strongest response of each channel in each and where, by layer, and the
    last layer's mean over all places."""

    images: Tensor
    strongest: dict[str, Tensor]  # (72, channels)
    places: dict[str, Tensor]  # (72, channels): row by row
    vectors: Tensor  # (72, 128)


@remembered(1)
def pool(run: Runner) -> Pool:
    images = ahead.portraits_at(POOL_SEED, range(POOL))
    strongest, places, vectors = [], [], []
    for part in images.split(12):
        maps = run(feature_maps, picture=part)
        found = {name: maps[name].flatten(2).max(2) for name in NAMES}
        strongest.append({name: one.values for name, one in found.items()})
        places.append({name: one.indices for name, one in found.items()})
        vectors.append(maps[NAMES[-1]].mean((2, 3)))
    return Pool(images, together(strongest), together(places), torch.cat(vectors))


def together(parts: list[dict[str, Tensor]]) -> dict[str, Tensor]:
    return {name: torch.cat([part[name] for part in parts]) for name in parts[0]}


@remembered(16)
def maps_of(run: Runner, seed: int) -> dict[str, Tensor]:
    """The maps of a seed's portrait by layer: (channels, size, size)."""
    made = run(feature_maps, picture=portrait(seed)[None])
    return {name: maps[0] for name, maps in made.items()}


def layers(run: Runner, words: Labels, *, layer: str, channel: int, portrait: int) -> dict[str, Any]:
    """All maps of a layer, one of its channels framed; that channel's filter; who excites it most."""
    about = LAYERS[NAMES.index(layer)]
    chosen = min(channel, about.channels) - 1
    return {
        "maps": all_maps(run, portrait, layer, chosen),
        "facts": words(
            "facts", layer=layer, channel=chosen + 1, channels=about.channels, sees=min(about.sees, SIDE)
        ),
        "filters": filters(layer, chosen),
        "exciting": exciting(run, layer, chosen),
    }


def all_maps(run: Runner, seed: int, layer: str, chosen: int) -> Scene:
    """The maps in rows: black at zero and below, white at the strongest response in the pool, and by the
    square root between them, which lets weak responses be seen."""
    about = LAYERS[NAMES.index(layer)]
    most = pool(run).strongest[layer].amax(0).clamp_min(1e-6)
    shares = (maps_of(run, seed)[layer] / most[:, None, None]).clamp(0, 1).sqrt()
    columns, edge = sheet_of(about)
    rows = about.channels // columns
    gray = shares.mul(255).byte().reshape(rows, columns, about.size, about.size)
    whole = gray.permute(0, 2, 1, 3).reshape(rows * about.size, columns * about.size)
    image = Image.fromarray(whole.contiguous().numpy()).resize(
        (columns * edge, rows * edge), Image.Resampling.BOX if about.size > edge else Image.Resampling.NEAREST
    )
    x, y = chosen % columns * edge, chosen // columns * edge
    frame = pictures.framed(Scene(edge, edge), width=4)
    return pictures.raster(image.convert("RGB")).with_things(*frame.moved(x, y))


def sheet_of(about: Layer) -> tuple[int, int]:
    """Columns of the sheet of maps, and px of one map on it."""
    columns = 8 if about.channels <= 64 else 16
    return columns, WIDE // columns


def pick_channel(point: Point, state: State) -> Mapping[str, Any]:
    about = LAYERS[NAMES.index(state["layer"])]
    columns, edge = sheet_of(about)
    column, row = pictures.cell_at(point, columns, edge, gap=0)
    return {"channel": min(row * columns + column + 1, about.channels)}


def weights_of(layer: str) -> Tensor:
    """The filters of a layer: (channels, channels before, 3, 3)."""
    return convolutions(torch.device("cpu"))[NAMES.index(layer)].weight.detach().float()


def heaviest(layer: str, chosen: int) -> list[int]:
    """The channels before it to which a channel gives the largest weights, the heaviest first."""
    sizes = weights_of(layer)[chosen].flatten(1).norm(dim=1)
    return [int(i) for i in sizes.argsort(descending=True)[:SHOWN]]


def filters(layer: str, chosen: int) -> Scene:
    """A channel's 3 × 3 kernels for the channels before it that weigh most, each with its number; in the
    first layer, for red, green and blue."""
    kernels = weights_of(layer)[chosen]
    limit = kernels.abs().max().item()
    first = layer == NAMES[0]
    tiles = [
        pictures.framed(pictures.numbers(kernels[i].flatten(), SMALL + 8, limit), color, 4)
        if first
        else pictures.stacked([pictures.numbers(kernels[i].flatten(), SMALL, limit), number_of(i + 1)], gap=2)
        for i, color in zip(
            range(3) if first else heaviest(layer, chosen),
            RGB if first else [pictures.INK] * SHOWN,
            strict=True,
        )
    ]
    return pictures.grid(tiles, len(tiles))


RGB = [(200, 40, 40), (40, 150, 60), (50, 80, 210)]


def number_of(number: int) -> Scene:
    return Scene(SMALL, 20, ((SMALL / 2, 10, pictures.Digits(str(number), 15, pictures.GRAY)),))


def exciting(run: Runner, layer: str, chosen: int) -> Scene:
    """The portraits of the pool with the strongest response, and in each a frame around what it is to."""
    known = pool(run)
    order = known.strongest[layer][:, chosen].argsort(descending=True)[:SHOWN].tolist()
    tiles = pictures.tiles(known.images[order], SMALL)
    places = known.places[layer][order, chosen].tolist()
    about = LAYERS[NAMES.index(layer)]
    framed = [seen(tile, about, place) for tile, place in zip(tiles, places, strict=True)]
    return pictures.grid(framed, SHOWN)


def seen(tile: Scene, about: Layer, place: int) -> Scene:
    """With a frame around what one place of a layer's maps sees, as far as it lies in the picture."""
    scale = SMALL / SIDE
    bounds = []
    for index in (place % about.size, place // about.size):
        middle = (index + 0.5) * about.step
        reach = max(about.sees, 6) / 2  # a frame of 3 px would hide what it frames
        bounds.append((max(0, middle - reach) * scale, min(SIDE, middle + reach) * scale))
    (left, right), (top, bottom) = bounds
    outer = Box(right - left, bottom - top, pictures.PAPER, line=4)
    return tile.with_things(
        (left, top, outer), (left + 1, top + 1, Box(right - left - 2, bottom - top - 2, pictures.RED, line=2))
    )


# What it all ends in: a feature vector


def compare(run: Runner, words: Labels, *, portrait: int, drop: float) -> dict[str, Any]:
    """A portrait's feature vector, and the portraits of the pool that are nearest to it by features and by
    pixels, when a share of the features is left out."""
    known = pool(run)
    kept = kept_features(drop)
    mean, spread = known.vectors.mean(0), known.vectors.std(0).clamp_min(1e-6)
    vector = (maps_of(run, portrait)[NAMES[-1]].mean((1, 2)) - mean) / spread * kept
    others = (known.vectors - mean) / spread * kept
    own = image_of(portrait)
    by_features = nearest(vector, others)
    by_pixels = nearest(own.flatten(), known.images.flatten(1))
    start = [pictures.tile(own, 160), pictures.shape("arrow", 48), pictures.numbers(vector, 160)]
    return {
        "vector": pictures.in_a_row(start),
        "by_features": pictures.grid(pictures.tiles(known.images[by_features], SMALL), SHOWN),
        "by_pixels": pictures.grid(pictures.tiles(known.images[by_pixels], SMALL), SHOWN),
        "vector_says": words("vector_says", kept=int(kept.sum()), pixels=words.thousands(own.numel())),
    }


def image_of(seed: int) -> Tensor:
    """`portrait`, where a control has that name."""
    return portrait(seed)


def kept_features(drop: float) -> Tensor:
    """Ones and zeros (128,): which features are left."""
    count = LAYERS[-1].channels
    return (torch.arange(count) < round(count * (1 - drop))).float()


def nearest(one: Tensor, others: Tensor) -> list[int]:
    """Rows of others (n, d) nearest to one (d,), the nearest first."""
    return [int(i) for i in (others - one).square().sum(1).argsort(stable=True)[:SHOWN]]


TABS = (
    Tab(
        "kernel",
        (
            Matrix("kernel", 3, 3, KERNELS["edges"]),
            *(setting(name) for name in KERNELS),
            Action("turn", turned_around),
            Slider("across", 1, SIDE, 23, step=1),
            Slider("down", 1, SIDE, 31, step=1),
            Seed("portrait", 21),
        ),
        (Picture("look", click=point_at), Text("sum")),
        look,
    ),
    Tab(
        "layers",
        (
            Choice("layer", NAMES, NAMES[0]),
            Number("channel", 1, 1, MOST_CHANNELS),
            Seed("portrait", 21),
        ),
        (Picture("maps", click=pick_channel), Text("facts"), Picture("filters"), Picture("exciting")),
        layers,
    ),
    Tab(
        "vector",
        (Seed("portrait", 21), Slider("drop", 0, 1, 0.0, step=0.05)),
        (Picture("vector"), Text("vector_says"), Picture("by_features"), Picture("by_pixels")),
        compare,
    ),
)
STILL = ("look",)
AHEAD = (ahead.readers_portraits,)
