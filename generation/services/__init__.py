"""One function, one business verb, one short durable transaction.

Rooms by subject, each on its floor: maintenance; jobs; chunks; alerts, cache, incidents, quotas; outbox, routing.

Note [Lock order]: route, then jobs in the order of their ids, then chunks.  Claiming locks a route and then takes
chunks with SKIP LOCKED; everything else locks its jobs first.  Nobody waits for a chunk while holding a route.  What
several subjects share comes last, each in one order: cache entries by key, usage rows by subject (see the ledger)."""
