"""Chargers that speak Modbus: what makes them different is data, one profile each."""
