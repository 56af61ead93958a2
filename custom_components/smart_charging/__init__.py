"""Smart Charging: charge electric cars within the limits of the grid connection."""
