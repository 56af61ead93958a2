"""Accounting: what a session took, in energy (and later in money)."""
