"""OCPP 2.0.1 and 2.1: what a station and the csms say to each other, in those versions' words."""
