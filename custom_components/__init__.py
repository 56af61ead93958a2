"""Custom components; Home Assistant and the tests want this package marked."""
