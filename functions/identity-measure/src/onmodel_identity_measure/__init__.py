"""Measures the faces in pictures."""
