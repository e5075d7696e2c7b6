"""Blindfold: a blind arena in which people judge two chat models."""
