"""Two nets that translate between Norwegian, English and Chinese, trained alike: a GRU with attention and a
small transformer."""
