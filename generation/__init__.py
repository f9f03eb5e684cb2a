"""Documents generated chunk by chunk: the engine, its checks, its ledger, its doors."""
