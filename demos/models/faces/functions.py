"""The nets as model functions."""

from torch import Tensor

from demos.kit.functions import function
from demos.models.faces.model import EMBEDDING, load_landmarks, load_recognizer, load_verifier, shown
from demos.models.faces.people import POINTS

PICTURE = ("n", 3, 64, 64)
PERSON = ("n", EMBEDDING)
FIVE = ("n", len(POINTS), 2)


@function(takes={"picture": PICTURE}, gives={"person": PERSON})
def recognize(picture: Tensor) -> Tensor:
    """Who is in pictures in [-1, 1], as unit vectors that condition what is drawn."""
    return shown(load_recognizer(picture.device), picture)


@function(takes={"picture": PICTURE}, gives={"person": PERSON, "points": FIVE})
def verify(picture: Tensor) -> dict[str, Tensor]:
    """Who is in pictures in [-1, 1], as unit vectors of the net that only measures, and the five landmarks
    (x, y) in px that another reads."""
    return {
        "person": shown(load_verifier(picture.device), picture),
        "points": shown(load_landmarks(picture.device), picture),
    }
