"""Five landmarks as a picture: a colored disc for each, and dimmer lines from the nose to the others, as
InstantID draws them: for the net, and sharp for readers."""

from __future__ import annotations

import torch
from torch import Tensor

from demos.kit.pictures import Box, Color, Disc, Scene, Strokes, Thing
from demos.models.faces.people import POINTS, SIZE

COLORS = torch.tensor([
    [1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0], [1.0, 1.0, 0.0], [1.0, 0.0, 1.0],
])  # of the eyes, the nose and the mouth's corners  # fmt: skip
RADIUS, WIDTH = 2.2, 1.5  # px of discs and of lines
DIM = 0.6  # of lines
NOSE = POINTS.index("nose")
BLACK = (0, 0, 0)  # behind the landmarks


def landmark_picture(points: Tensor) -> Tensor:
    """The picture (n, 3, 64, 64) in 0..1 of points (n, 5, 2) as (x, y) in px. Edges are smooth, so that a
    tenth of a pixel shows."""
    line = torch.arange(SIZE, device=points.device) + 0.5
    places = torch.stack(torch.meshgrid(line, line, indexing="xy"), -1)  # (64, 64, 2) as (x, y)
    colors = COLORS.to(points)
    picture = points.new_zeros(len(points), 3, SIZE, SIZE)
    for k in range(len(POINTS)):
        if k != NOSE:
            cover = (WIDTH / 2 + 0.5 - to_line(places, points[:, NOSE], points[:, k])).clamp(0, 1)
            picture = over(picture, cover, DIM * colors[k])
    for k in range(len(POINTS)):
        cover = (RADIUS + 0.5 - (places - points[:, None, None, k]).norm(dim=-1)).clamp(0, 1)
        picture = over(picture, cover, colors[k])
    return picture


def over(picture: Tensor, cover: Tensor, color: Tensor) -> Tensor:
    """A picture with a color painted on where `cover` (n, 64, 64) says."""
    return torch.lerp(picture, color[:, None, None].expand_as(picture), cover[:, None])


def to_line(places: Tensor, start: Tensor, end: Tensor) -> Tensor:
    """Distances (n, 64, 64) of places from segments between points (n, 2)."""
    way = end - start
    along = ((places - start[:, None, None]) * way[:, None, None]).sum(-1)
    share = (along / way.square().sum(-1).clamp_min(1e-6)[:, None, None]).clamp(0, 1)
    nearest = start[:, None, None] + share[..., None] * way[:, None, None]
    return (places - nearest).norm(dim=-1)


def sketched(points: Tensor, size: float) -> Scene:
    """Landmarks (5, 2) as the net gets them, sharp at any size."""
    dot, line = RADIUS / SIZE * size, WIDTH / SIZE * size
    places = [(float(x) / SIZE * size, float(y) / SIZE * size) for x, y in points]
    colors = [color_of(k) for k in range(len(POINTS))]
    things: list[tuple[float, float, Thing]] = [(0, 0, Box(size, size, BLACK))]
    for k, place in enumerate(places):
        if k != NOSE:
            color = tuple(round(DIM * part) for part in colors[k])
            things.append((0, 0, Strokes(((places[NOSE], place),), line, color)))  # type: ignore[arg-type]
    things += [(x, y, Disc(dot, color)) for (x, y), color in zip(places, colors, strict=True)]
    return Scene(size, size, tuple(things))


def color_of(k: int) -> Color:
    red, green, blue = (int(255 * part) for part in COLORS[k].tolist())
    return red, green, blue
