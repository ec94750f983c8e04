"""IP-Adapter: a picture as a prompt beside the text, for the diffusion model as it stands."""
