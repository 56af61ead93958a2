"""Benchmarks: figures of the engine and of a running Home Assistant, each a module here, run by `script/bench NAME`."""
