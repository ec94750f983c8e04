"""Short opinions and plain statements in three languages, each positive, negative or neutral.

`grammar` writes them, from one YAML file for each language; `corpus` splits them and reads those that were
written by hand (`by_hand`); `tokens` turns text into words and these into numbers. What is labeled how, and
what is left out, stands in `grammar`. No net belongs here.
"""
