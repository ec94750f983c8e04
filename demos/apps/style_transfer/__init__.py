"""See `app.py`."""
