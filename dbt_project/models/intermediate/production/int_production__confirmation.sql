{{ union_active_systems('confirmation') }}
