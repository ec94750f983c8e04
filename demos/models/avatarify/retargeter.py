"""From one face's motion to another's keypoints.

The paper moves the source's keypoints as the driver's have moved since its first frame ("relative motion",
section 3.4): p = s + (d - d₀). So the driver's features don't come with its motion, but its proportions do,
and the source must start in the driver's pose. The retargeter, which the paper has not, corrects both: where
would *these* keypoints be if this person made that face? It learned this from pairs that only a renderer has.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from demos.data.avatars.anatomy import ZOOM
from demos.models.avatarify.keypoints import COUNT, Keypoints

HIDDEN = 176


class Retargeter(nn.Module):
    """The source's keypoints in the driver's pose, from points (n, COUNT, 2): the source's, those of the
    driver at rest, and those of the driver now."""

    def __init__(self, hidden: int = HIDDEN) -> None:
        super().__init__()
        self.enter = nn.Linear(6 * COUNT, hidden)
        self.blocks = nn.ModuleList(
            nn.Sequential(nn.SiLU(), nn.Linear(hidden, hidden), nn.SiLU(), nn.Linear(hidden, hidden))
            for _ in range(2)
        )
        self.leave = nn.Linear(hidden, 6 * COUNT)
        nn.init.zeros_(self.leave.weight)
        nn.init.zeros_(self.leave.bias)

    def forward(self, source: Tensor, rest: Tensor, driver: Tensor) -> Keypoints:
        x = self.enter(torch.cat([source, driver - rest, driver], 2).flatten(1))
        for block in self.blocks:
            x = x + block(x)
        shift, turn = self.leave(x).split([2 * COUNT, 4 * COUNT], 1)
        points = source + driver - rest + shift.unflatten(1, (COUNT, 2))
        return Keypoints(points, ZOOM * torch.eye(2, device=x.device) + turn.unflatten(1, (COUNT, 2, 2)))


def relative(source: Keypoints, rest: Keypoints, driver: Keypoints) -> Keypoints:
    """The paper's formula: the source's keypoints, moved and turned as the driver's were since it was at
    rest."""
    turned = driver.jacobians @ torch.linalg.inv(rest.jacobians)
    return Keypoints(source.points + driver.points - rest.points, turned @ source.jacobians)
