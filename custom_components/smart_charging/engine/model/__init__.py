"""The nouns of the engine: frozen dataclasses, one noun a file."""
