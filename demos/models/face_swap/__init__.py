"""The classic deepfake: one encoder for all faces, and a decoder for each of six drawn people."""
