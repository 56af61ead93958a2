"""Drivers: one file per way of talking to a charger, all under the contract in driver.py."""
