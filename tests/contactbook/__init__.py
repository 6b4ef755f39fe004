"""Tests of the book, in the order of its tree."""
