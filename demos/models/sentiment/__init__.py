"""Sentiment of short texts: a small GRU that reads word by word, and beside it a linear model of the bag of
words."""

from demos.models.sentiment.functions import read
from demos.models.sentiment.model import WEIGHTS, Sentiment, load_nets

__all__ = ["WEIGHTS", "Sentiment", "load_nets", "read"]
