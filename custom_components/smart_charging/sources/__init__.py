"""Home Assistant states and actions, turned into readings."""
