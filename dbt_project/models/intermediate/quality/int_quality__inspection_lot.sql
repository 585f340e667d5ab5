{{ union_active_systems('inspection_lot') }}
