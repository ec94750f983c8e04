"""The keypoint detector: from a picture to keypoints with Jacobians.

As in the paper (section 3.1 and its appendix A), an hourglass gives a heatmap for each keypoint, whose mean
is the point, and maps of Jacobians, which the heatmap weighs. There both are learned from films alone; here
the renderer says where the points are. To the Jacobians is added what all the points together say of how the
head is turned: from that alone they are found almost exactly.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from demos.data.avatars.anatomy import ZOOM
from demos.models.avatarify.keypoints import COUNT, Keypoints, lattice
from demos.models.avatarify.layers import Hourglass, in_full

WIDTHS = (32, 48, 56)  # channels at 32, 16 and 8 px
POSE = 64  # hidden numbers of what the points together say of how the head is turned
SIZE = 32  # px of heatmaps


class Detector(nn.Module):
    """Pictures (n, 3, 64, 64) in [-1, 1] to their keypoints."""

    def __init__(self, widths: tuple[int, int, int] = WIDTHS) -> None:
        super().__init__()
        self.net = nn.Sequential(nn.PixelUnshuffle(2), Hourglass(12, widths))
        self.heat = nn.Conv2d(widths[0], COUNT, 3, padding=1)
        self.jacobian = nn.Conv2d(widths[0], 4 * COUNT, 1)
        nn.init.zeros_(self.jacobian.weight)  # to begin with, nothing is turned
        self.jacobian.bias = nn.Parameter(ZOOM * torch.eye(2).flatten().repeat(COUNT))
        self.pose = nn.Sequential(nn.Linear(2 * COUNT, POSE), nn.SiLU(), nn.Linear(POSE, 4 * COUNT))
        self.register_buffer("places", lattice(SIZE).reshape(-1, 2), persistent=False)
        self.places: Tensor

    def forward(self, pictures: Tensor) -> Keypoints:
        seen = self.net(pictures)
        heat = self.heat(seen).float().flatten(2).softmax(2)  # (n, COUNT, SIZE²)
        maps = self.jacobian(seen).float().flatten(2).unflatten(1, (COUNT, 4))
        with in_full(pictures.device):
            points = heat @ self.places
            jacobians = torch.einsum("nks,nkjs->nkj", heat, maps).flatten(1) + self.pose(points.flatten(1))
            return Keypoints(points, jacobians.unflatten(1, (COUNT, 2, 2)))
