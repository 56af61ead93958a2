"""What the demo says when it cannot go on."""


class DemoError(Exception):
    """One line in plain words; the program prints it and ends with code 2."""
