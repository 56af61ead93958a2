"""The csms: an OCPP charging station management system. It knows no Home Assistant."""
