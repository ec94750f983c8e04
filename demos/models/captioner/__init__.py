"""The captioner: a convolutional net that looks at a portrait, and a GRU that says what it sees, in three
languages."""
