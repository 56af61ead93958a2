"""Who may charge: the cards that are known, and what chargers are told of them."""
