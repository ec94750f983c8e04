"""IdentityNet as model functions."""

from torch import Tensor

from demos.kit.device import autocast
from demos.kit.functions import function
from demos.models.diffusion.functions import STEP, STEPPED, stepped
from demos.models.diffusion.model import load_diffusion
from demos.models.faces.functions import FIVE, PERSON
from demos.models.identitynet.evaluate import silent
from demos.models.identitynet.model import Wanted, load_identitynet
from demos.models.identitynet.spatial import landmark_picture

WANTED = {"person": PERSON, "points": FIVE, "known": ("n",), "placed": ("n",), "strength": ("n",)}


@function(takes={"points": FIVE}, gives={"picture": ("n", 3, 64, 64)})
def sketch(points: Tensor) -> Tensor:
    """The picture in 0..1 that five landmarks (x, y) in px are given to the net as."""
    return landmark_picture(points)


@function(takes=STEP | WANTED, gives=STEPPED)
def step_by_person(
    latent: Tensor,
    time: Tensor,
    until: Tensor,
    guidance: Tensor,
    person: Tensor,
    points: Tensor,
    known: Tensor,
    placed: Tensor,
    strength: Tensor,
) -> dict[str, Tensor]:
    """One of Euler's steps without any text, for persons and landmarks, of which either may count for
    nothing; see `Wanted`. Guidance leads away from the base alone."""
    flow = load_diffusion(latent.device).flow
    with autocast(latent.device):
        nothing = silent(flow, len(latent))
        wanted = Wanted(person, points, known.bool(), placed.bool(), strength)
        control = load_identitynet(latent.device)(latent, time, wanted)
    return stepped(latent, time, until, guidance, nothing, nothing, control=control)
