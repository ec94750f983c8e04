"""Rules for a termbase that loads, and for the prose around it: what is allowed, but wrong or careless.

A rule about data that loads, or about texts, belongs here; what keeps a file from loading belongs in
`load`, and the command in `commands.check`. Each rule is one function that yields findings; `rules.yml`
describes it in every language, with an example. Codes: T1xx the termbase, T2xx the choice of words, T3xx
punctuation, T4xx silences, T5xx the languages of the site. Faults that the check only passes on
(`site_files`): T0xx any file, Dxxx demos, Qxxx quizzes, Fxxx figures, Sxxx the site. Xxxx are faults of
imports.
"""
