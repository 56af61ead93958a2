"""A simulated home of real network peers, and the program that runs a real Home Assistant against it."""
