"""A conversation with one or two contestants, for battles and studies alike."""
