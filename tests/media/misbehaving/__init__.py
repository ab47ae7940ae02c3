"""Programs in the place of the decoder's own, which do what a decoder might that a hostile file has taken over."""
