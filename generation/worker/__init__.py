"""The worker process: claim, ask, store, judge, settle, and keep leases alive.

Services are the transactions; this is the process around them.  `process` starts and drains the one engine of a
process; `engine` claims, `executor` takes a claim from its request to its outcome, `heartbeat` keeps what is held."""
