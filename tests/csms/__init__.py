"""Tests of the csms, over loopback WebSockets."""
