"""A site as it was set up: what the entry and its subentries say, judged by `rules`, read once."""
