"""How it looks: Scene → terminal, picture, JSON. Computes nothing."""
