"""The demo that `python -m demos new NAME` begins with: `app.py` and `demo.yml`, to be changed into
another."""
