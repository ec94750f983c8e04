"""Captions of avatars in several languages: written from their factors, and cut into tokens.

`facts` says what can be said of a portrait, `grammar` how a language says it (one YAML file for each),
`tokens` numbers the words. No net belongs here.
"""
