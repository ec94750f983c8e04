"""The tagger as a model function."""

from __future__ import annotations

from torch import Tensor

from demos.kit.functions import function
from demos.models.tagger.gaps import TAGS
from demos.models.tagger.model import load_tagger


@function(
    takes={"numbers": ("n", "length")},
    gives={
        "forward": ("n", "length", len(TAGS)),
        "both": ("n", "length", len(TAGS)),
        "left": ("n", "length", "hidden"),
        "right": ("n", "length", "hidden"),
    },
)
def tag(numbers: Tensor) -> dict[str, Tensor]:
    """Logits of what stands behind each character of texts, by the reading from the left alone and by both
    readings, and the states of the two. Texts are padded behind."""
    return load_tagger(numbers.device)(numbers)._asdict()
