"""Learns a character from its pictures, without a GPU."""
