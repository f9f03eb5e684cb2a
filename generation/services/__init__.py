"""One function, one business verb, one short durable transaction.

Note [Lock order]: route, then job, then chunk.  Claiming locks a route and then takes chunks with
SKIP LOCKED; everything else locks the job first.  Nobody waits for a chunk while holding a route."""
