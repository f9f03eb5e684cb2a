"""The worker process: claim, ask, store, judge, settle, and keep leases alive.

Services are the transactions; this is the process around them.  `process` starts and drains the one engine of a
process; `engine` ties its threads together.  `claim_loop` claims, `executor` takes a claim from its request to its
outcome, `completer` has it settled; `holdings` knows what is held meanwhile, and `heartbeat` keeps it."""
