"""Nets that write text character by character, trained alike: an RNN, an LSTM, a GRU and a small transformer
for each language of the corpora."""

from demos.models.text.functions import look, next_logits, write
from demos.models.text.model import KINDS, WEIGHTS, TextNet, load_net, numbered

__all__ = ["KINDS", "WEIGHTS", "TextNet", "load_net", "look", "next_logits", "numbered", "write"]
