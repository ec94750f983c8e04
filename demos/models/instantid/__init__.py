"""InstantID: IdentityNet and an image adapter together, for a person and a prompt at once."""
