"""Readers' portraits as persons and landmarks."""

from functools import lru_cache

from torch import Tensor

from demos.data.avatars.ahead import READERS, portrait
from demos.data.avatars.dataset import READERS_SEED
from demos.kit.functions import Runner
from demos.kit.remember import remembered
from demos.models.faces.functions import recognize
from demos.models.faces.people import five_points, people_at


@lru_cache(64)
def landmarks(number: int) -> Tensor:
    """The exact landmarks (5, 2) of one of the portraits that readers choose from, in px of 64."""
    return five_points(people_at(READERS_SEED, number % READERS, 1))[0]


@remembered(64)
def person(run: Runner, number: int) -> Tensor:
    """Whom the recognizer sees in one of the portraits (1, 128)."""
    found: Tensor = run(recognize, picture=portrait(number))
    return found
