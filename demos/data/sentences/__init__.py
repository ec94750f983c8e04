"""Sentences that say the same in Norwegian, English and Chinese, to learn translating from.

`lexicon.yml` holds the words, `meaning` what a sentence can say, `speech` how each language says it, `corpus`
splits the sentences by the combinations of words in them, and `pieces` numbers what they are made of. What
the corpus is and what it lacks stands in `card.yml`. No net belongs here.
"""
