"""Exports and imports of votes: our own lossless files, and the field's public formats. docs/data.md describes both."""
