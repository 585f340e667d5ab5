{{ union_active_systems('customer') }}
