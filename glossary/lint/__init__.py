"""Rules for a termbase that loads, and for the prose around it: what is allowed, but wrong or careless.

Each rule is one function that yields findings; `rules.yml` describes it in every language, with an example.
Codes: T0xx faults that keep a termbase from loading (`load.CODES`), T1xx the termbase, T2xx the choice of
words, T3xx punctuation, T4xx silences, S0xx the site (reported when it is built).
"""
