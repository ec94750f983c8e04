"""What a reader clicks: one folder for each demo.

A folder holds `demo.yml` (its texts, its presets and the terms it stands for), `app.py` (its controls, what
it shows, and the function from one to the other) and `still.webp`. A model that only one demo uses lives here
too. What several demos share does not: nets are in `models`, data in `data`, code in `kit`.
"""
