"""Measurements of speed, each a module with a command line."""
