"""From a still portrait and where its keypoints should be to the moved portrait.

First Order Motion Model (Siarohin et al. 2019, arXiv:2003.00196). Near each keypoint, motion is an affine map
from the moved picture back to the source, T(z) = s + J (z - p): the first order of its Taylor expansion
(equation 4). The dense motion net weighs these maps and the identity in each place (equation 6), and says
where the source has nothing to be moved there: the occlusion mask (equation 8). The decoder gets the source's
features, warped and masked, and paints.

Two things differ. Because our pictures are small, features are warped at three sizes, and the warped source
itself shows wherever the decoder doesn't paint over it. And the decoder gets maps of where eyes and mouth
should be, and paints there from the beginning: a shut eye holds nothing that could be warped into an open
one.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from demos.models.avatarify.keypoints import COUNT, KEYPOINTS, Keypoints, lattice, soft_windows
from demos.models.avatarify.layers import Hourglass, Residual, convolution, doubled, in_full

SIZE, FIELD = 64, 32  # px of pictures, and of the motion field
MOTION = (40, 48, 64)  # channels of the dense motion net at 32, 16 and 8 px
FEATURES = (24, 48, 64)  # of the source's features at 64, 32 and 16 px
PAINTED = (32, 64, 84)  # of the decoder's at 64, 32 and 16 px
SPREAD = {64: 0.04, 32: 0.055, 16: 0.09}  # standard deviation of heatmaps by size, of a picture from -1 to 1
MOTION_SPREAD = 0.07
THERE = 2.0  # how sure it is before anything is learned that the source has what is needed (logit)
PAINT_OUTSIDE, PAINT_INSIDE = -1.5, 3.0  # how much painting is preferred before anything is learned (logits)


def kind(name: str) -> str:
    """What a keypoint is, whichever side it is on."""
    words = [word for word in name.split("_") if word not in ("left", "right")]
    return "_".join(words) + (
        "_side" if name in ("nose_left", "mouth_left", "nose_right", "mouth_right") else ""
    )


KINDS = tuple(dict.fromkeys(map(kind, KEYPOINTS)))
KIND_OF = torch.tensor([KINDS.index(kind(name)) for name in KEYPOINTS])


class Motion(NamedTuple):
    """`field` (n, 32, 32, 2): for each place of the moved picture, the place of the source that is seen
    there; `masks` (n, COUNT + 1, 32, 32): which maps it is made of, the identity first; `occlusion`
    (n, 1, 32, 32): 1 where the source has what is needed, 0 where it must be made up."""

    field: Tensor
    masks: Tensor
    occlusion: Tensor


class Moved(NamedTuple):
    """`picture` (n, 3, 64, 64) in [-1, 1]; `warped`: the source's pixels, moved only; `painted`
    (n, 1, 64, 64): the share of what was painted over them."""

    picture: Tensor
    warped: Tensor
    painted: Tensor
    motion: Motion


class DenseMotion(nn.Module):
    """The motion field from sparse motions."""

    def __init__(self, widths: tuple[int, int, int] = MOTION) -> None:
        super().__init__()
        self.net = Hourglass(4 * (COUNT + 1), widths)
        self.masks = nn.Conv2d(widths[0], COUNT + 1, 3, padding=1)
        self.occlusion = nn.Conv2d(widths[0], 1, 3, padding=1)
        self.occlusion.bias = nn.Parameter(torch.tensor([THERE]))
        self.register_buffer("places", lattice(FIELD), persistent=False)
        self.places: Tensor

    def forward(self, source: Tensor, start: Keypoints, end: Keypoints) -> Motion:
        """For pictures (n, 3, 64, 64) with keypoints `start`, which shall go to `end`."""
        n = len(source)
        with in_full(source.device):
            maps = sparse(self.places, start, end)  # (n, COUNT + 1, 32, 32, 2)
        small = F.avg_pool2d(source.float(), SIZE // FIELD)
        copies = small[:, None].expand(-1, COUNT + 1, -1, -1, -1).flatten(0, 1)
        deformed = sampled(copies, maps.flatten(0, 1)).unflatten(0, (n, COUNT + 1))
        heat = heatmaps(end.points, self.places, MOTION_SPREAD)
        heat = heat - heatmaps(start.points, self.places, MOTION_SPREAD)
        heat = F.pad(heat, (0, 0, 0, 0, 1, 0))  # none for the identity
        seen = self.net(torch.cat([deformed, heat[:, :, None]], 2).flatten(1, 2))
        masks = self.masks(seen).float().softmax(1)
        with in_full(source.device):
            field = torch.einsum("nkhw,nkhwx->nhwx", masks, maps)
        return Motion(field, masks, self.occlusion(seen).float().sigmoid())


def sparse(places: Tensor, start: Keypoints, end: Keypoints) -> Tensor:
    """Where each keypoint's affine map takes places (h, w, 2) of the moved picture in the source; first the
    identity: (n, COUNT + 1, h, w, 2)."""
    turn = start.jacobians @ torch.linalg.inv(end.jacobians)
    away = places - end.points[:, :, None, None]
    maps = torch.einsum("nkij,nkhwj->nkhwi", turn, away) + start.points[:, :, None, None]
    return torch.cat([places.expand(len(maps), 1, -1, -1, -1), maps], 1)


def heatmaps(points: Tensor, places: Tensor, spread: float) -> Tensor:
    """A Gaussian around each of points (n, k, 2), at places (h, w, 2): (n, k, h, w)."""
    x, y = ((places[0, :, 0], points[:, :, 0]), (places[:, 0, 1], points[:, :, 1]))
    across, down = (
        torch.exp(-0.5 * ((line - middle[..., None]) / spread).square()) for line, middle in (x, y)
    )
    return down[..., :, None] * across[..., None, :]


def kinds_of(heat: Tensor) -> Tensor:
    """Heatmaps of keypoints (n, COUNT, h, w) with left and right in one: (n, kinds, h, w)."""
    joined = heat.new_zeros(len(heat), len(KINDS), *heat.shape[2:])
    return joined.index_add(1, KIND_OF.to(heat.device), heat)


def sampled(x: Tensor, field: Tensor) -> Tensor:
    """x (n, c, h, w) at the places (n, h', w', 2) of a field; beyond the edge, what is at the edge."""
    return F.grid_sample(x, field.to(x.dtype), padding_mode="border", align_corners=False)


class Generator(nn.Module):
    """Source pictures (n, 3, 64, 64) in [-1, 1] with keypoints `start`, moved to keypoints `end`."""

    def __init__(
        self,
        motion: tuple[int, int, int] = MOTION,
        features: tuple[int, int, int] = FEATURES,
        painted: tuple[int, int, int] = PAINTED,
    ) -> None:
        super().__init__()
        self.motion = DenseMotion(motion)
        (f64, f32, f16), (p64, p32, p16), kinds = features, painted, len(KINDS)
        self.look64 = convolution(3, f64)
        self.look32 = convolution(f64, f32, 4, stride=2)
        self.look16 = convolution(f32, f16, 4, stride=2)
        self.paint16 = nn.Sequential(convolution(f16 + kinds, p16), Residual(p16))
        self.paint32 = nn.Sequential(convolution(p16 + f32 + kinds, p32), Residual(p32))
        self.grow = nn.Sequential(nn.Conv2d(p32, 4 * f64, 3, padding=1), nn.PixelShuffle(2))
        self.paint64 = nn.Sequential(convolution(2 * f64 + 3 + kinds, p64), convolution(p64, p64))
        self.leave = nn.Conv2d(p64, 4, 3, padding=1)
        for size in (64, 32, 16):
            self.register_buffer(f"places{size}", lattice(size), persistent=False)

    def forward(self, source: Tensor, start: Keypoints, end: Keypoints) -> Moved:
        motion = self.motion(source, start, end)
        features = self.features(source)
        return self.moved(source, features, motion, end)

    def features(self, source: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """What is seen in the source, at 64, 32 and 16 px."""
        fine = self.look64(source)
        middle = self.look32(fine)
        return fine, middle, self.look16(middle)

    def moved(
        self, source: Tensor, features: tuple[Tensor, Tensor, Tensor], motion: Motion, end: Keypoints
    ) -> Moved:
        field = motion.field.permute(0, 3, 1, 2)
        field64 = F.interpolate(field, scale_factor=2.0, mode="bilinear").permute(0, 2, 3, 1)
        field16 = F.avg_pool2d(field, 2).permute(0, 2, 3, 1)
        there64 = F.interpolate(motion.occlusion, scale_factor=2.0, mode="bilinear")
        there16 = F.avg_pool2d(motion.occlusion, 2)
        fine, middle, coarse = features
        x = self.paint16(torch.cat([sampled(coarse, field16) * there16, self.targets(end, 16)], 1))
        middle = sampled(middle, motion.field) * motion.occlusion
        x = self.paint32(torch.cat([doubled(x), middle, self.targets(end, 32)], 1))
        warped = sampled(source.float(), field64)
        fine = sampled(fine, field64) * there64
        x = self.paint64(torch.cat([self.grow(x), fine, warped, self.targets(end, 64)], 1))
        color, share = self.leave(x).float().split([3, 1], 1)
        inside = soft_windows(end.points, SIZE)
        painted = (share + PAINT_OUTSIDE + (PAINT_INSIDE - PAINT_OUTSIDE) * inside).sigmoid()
        painted = 1 - there64 * (1 - painted)  # what the source lacks is painted anyway
        return Moved(torch.lerp(warped, color.tanh(), painted), warped, painted, motion)

    def targets(self, end: Keypoints, size: int) -> Tensor:
        """Where keypoints should be, for the decoder (n, kinds, size, size)."""
        return kinds_of(heatmaps(end.points, getattr(self, f"places{size}"), SPREAD[size]))
