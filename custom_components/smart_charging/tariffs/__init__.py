"""What a kWh costs, where a household's contract says so: hours, day colours, fees and taxes, on the local clock."""
