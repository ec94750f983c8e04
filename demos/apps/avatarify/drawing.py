"""What is seen of a shot: pictures with their keypoints, the motion field, the masks."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from PIL import Image
from torch import Tensor

from demos.apps.avatarify import handles
from demos.apps.avatarify.people import Shot
from demos.kit import pictures
from demos.kit.pictures import Disc, Scene, Strokes
from demos.models.avatarify.generator import FIELD
from demos.models.avatarify.keypoints import lattice

LARGE, SMALL, SIDE = 160, 104, 200  # px of a picture in the upper row, in the lower one, and of a failure
EVERY = 3  # which places of the motion field get a stroke
LEAST = 0.02  # how far, of a picture from -1 to 1, motion goes that gets one
FULL_ERROR = 0.8  # difference of colors in [-1, 1] that is shown in full color
POINT, STROKE = (0, 150, 136), (214, 69, 36)


def stage(source: Tensor, shot: Shot, truth: Tensor | None, i: int = 0) -> Scene:
    """In a row the still portrait, the driver, the moved portrait and, where there is one, the truth."""
    parts = [source, shot.driver.pictures[i], shot.pictures[i], *([] if truth is None else [truth])]
    tiles = pictures.tiles(torch.stack(parts), LARGE)
    return pictures.in_a_row(tiles, 8)


def inside(shot: Shot, i: int = 0) -> Scene:
    """In a row the keypoints of the source, of the driver, and where the source's shall go, over what was
    warped; then the motion field, the occlusion mask, and what is painted."""
    source, driver = shot.source.keypoints.points[0], shot.driver.keypoints.points[i]
    warped = shot.made["warped"][i].clamp(-1, 1)
    tiles = pictures.tiles(torch.stack([shot.source.pictures[0], shot.driver.pictures[i], warped]), SMALL)
    points = (source, driver, shot.to.points[i])
    dotted = [tile.with_things((0, 0, dots(some))) for tile, some in zip(tiles, points, strict=True)]
    masks = (1 - shot.made["occlusion"][i], shot.made["painted"][i])
    return pictures.in_a_row([*dotted, motion_field(shot, i), *map(mask, masks)], 8)


def dots(points: Tensor) -> Strokes:
    """Keypoints (k, 2)."""
    places = ((points + 1) * (SMALL / 2)).tolist()
    return Strokes(tuple(((x, y),) for x, y in places), 4, POINT)


def motion_field(shot: Shot, i: int) -> Scene:
    """A stroke from where each place's color comes from to the place, which a dot marks."""
    field, places = (
        x[EVERY // 2 :: EVERY, EVERY // 2 :: EVERY] for x in (shot.made["field"][i], lattice(FIELD))
    )
    gray = shot.pictures[i].mean(0, keepdim=True).expand(3, -1, -1) * 0.4 + 0.5
    far = (field - places).norm(dim=2) > LEAST
    starts, ends = (((x[far] + 1) * (SMALL / 2)).tolist() for x in (field, places))
    lines = tuple((tuple(start), tuple(end)) for start, end in zip(starts, ends, strict=True))
    strokes = Strokes(lines, 1.5, STROKE), Strokes(tuple((end,) for _, end in lines), 3, STROKE)
    return pictures.tile(gray, SMALL).with_things(*((0, 0, some) for some in strokes))


def mask(share: Tensor) -> Scene:
    """A map (1, s, s) from 0, black, to 1, white."""
    values = (share[0].clamp(0, 1) * 255).round().to(torch.uint8)
    return pictures.raster(Image.fromarray(values.numpy()).convert("RGB"), SMALL)


def comparison(shot: Shot, truth: Tensor) -> Scene:
    """Above the still portrait and the driver, below the moved portrait, the truth, and where they differ."""
    made = shot.pictures[0]
    given = pictures.tiles(torch.stack([shot.source.pictures[0], shot.driver.pictures[0]]), SIDE)
    found = pictures.tiles(torch.stack([made, truth]), SIDE)
    error = pictures.with_heat(truth, -(made - truth).abs().mean(0), FULL_ERROR, SIDE)
    return pictures.stacked([pictures.in_a_row(row, 8) for row in (given, [*found, error])])


def face(picture: Tensor, points: Tensor, moved: Sequence[int], size: int) -> Scene:
    """A face (3, s, s) in pale colors with the lines of its landmarks (COUNT, 2), a dot on each that can be
    moved, and a ring around those that were."""
    places = ((points + 1) * (size / 2)).tolist()
    lines = tuple(tuple((places[k][0], places[k][1]) for k in line) for line in handles.LINES)
    things: list[tuple[float, float, pictures.Thing]] = [(0, 0, Strokes(lines, 2, pictures.INK))]
    things += [(*places[k], Disc(9, pictures.PAPER)) for k in handles.POINTS]
    things += [(*places[k], Disc(7, pictures.TEAL)) for k in handles.POINTS]
    things += [(*places[k], Disc(13, pictures.RED, line=3)) for k in moved]
    return pictures.tile(picture * 0.45 + 0.55, size).with_things(*things)
