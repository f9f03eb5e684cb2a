"""What a worker process does: claim, ask, judge, settle, and keep its leases alive.

Services are the transactions; this is the process around them."""
