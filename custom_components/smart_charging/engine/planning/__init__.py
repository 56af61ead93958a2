"""Plans: the cheapest way to what drivers want, in time, inside every limit."""
