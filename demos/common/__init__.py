"""What the demos truly share."""
