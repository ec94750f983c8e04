"""The termbase engine: YAML concepts in several languages to a cross-linked site.

What a termbase holds, how it is judged, exchanged, found in texts and shown on pages belongs here,
together with the data of this project's own (`terms/`, `languages.yml`, `subjects.yml`, `sources.yml`).
Demos do not: the engine reads their `demo.yml`, and imports neither `demos` nor torch nor Gradio. Only
`plugin` imports MkDocs.
"""
