"""Votes to counts to ratings; works without the web app."""
