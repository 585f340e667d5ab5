"""OPC UA: subscriptions that miss nothing, and HistoryRead for what was missed or lies before the start."""
