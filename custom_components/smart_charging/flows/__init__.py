"""The flows: what a person is asked when a site or a charger is set up or changed. `config_flow.py` is their door."""
