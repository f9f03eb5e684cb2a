"""What an operator sees: log, counters, gauges, health, signs of life, traces.

Everything above writes here, and nothing here decides about work.  Words of people and secrets end here: what is
logged passes `redaction`."""
