"""Tunes of 4 to 8 bars: folk tunes and themes out of copyright, written down as note lists, and tunes made by
a grammar, with an accompaniment by rule. See `card.yml`."""

from demos.data.tunes.tune import BAR, HIGHEST, LOWEST, PITCHES, Note, Tune

__all__ = ["BAR", "HIGHEST", "LOWEST", "PITCHES", "Note", "Tune"]
