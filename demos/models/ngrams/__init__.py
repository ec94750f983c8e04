"""Character n-grams: counted while a reader waits, from any amount of a corpus. No weights are stored."""

from demos.models.ngrams.model import HIGHEST, NGrams, sequence
from demos.models.ngrams.trained import Trained, trained

__all__ = ["HIGHEST", "NGrams", "Trained", "sequence", "trained"]
