"""Foresight: all that looks ahead for a site. Who is there, what is wanted, what it will cost, and the plans that come of it."""
