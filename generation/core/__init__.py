"""Pure values and functions: no Django, no clock, no network, no randomness."""
