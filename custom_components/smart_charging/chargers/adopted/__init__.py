"""Chargers that other Home Assistant integrations bring: which ones there are, how they are found, and how they are steered."""
