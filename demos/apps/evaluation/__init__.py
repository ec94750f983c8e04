"""Demo: portraits harmed in five ways, and what avatar-FID, precision, recall and the reader make of them."""
