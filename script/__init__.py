"""What is run from a shell; the programs in Python are a package so that they can be tested."""
