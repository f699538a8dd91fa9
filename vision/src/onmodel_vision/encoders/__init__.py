"""Encoders: what turns a face or a figure into numbers, each on its own terms.

`catalogue` knows them all, `shelf` opens those whose files are there.
"""
