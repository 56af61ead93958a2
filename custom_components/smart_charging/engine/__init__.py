"""The engine: pure decisions. Standard library only; no I/O, no clock, no logging."""
