{{ union_active_systems('stock_balance') }}
