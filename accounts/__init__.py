"""Who, which role, how much: users, API tokens, groups, policies and the usage ledger."""
