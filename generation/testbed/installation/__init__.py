"""A place of their own for measurements, chaos and rehearsals: a scratch database, a Redis, a simulator and
processes that can be killed.  Everything it starts ends with it."""
