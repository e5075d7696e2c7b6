"""The rules of a blind battle."""
