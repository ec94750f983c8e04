"""Nets that several demos share: one folder for each, with its recipe and its weights.

A folder holds `model.py` (the net, as its paper describes it), `train.py` (the recipe), `evaluate.py` (the
card's metrics, measured again) and `weights/` (fp16 safetensors and their card). Nothing here knows of pages,
words or pictures on a page; what demos do with a model is in `apps`.
"""
