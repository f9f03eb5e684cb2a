"""Who, which role, how much: users, API tokens, groups."""
