"""First Order Motion Model: a still portrait moved by keypoints of another face, or by a reader's own."""
