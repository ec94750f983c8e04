"""IdentityNet: who it is and where the face is, given to the diffusion model by a copy of its half."""
