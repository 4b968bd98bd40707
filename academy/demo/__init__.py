"""The demonstration: the whole platform on one machine, started by `python -m academy.demo`."""
