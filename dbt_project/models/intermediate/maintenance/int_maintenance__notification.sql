{{ union_active_systems('maintenance_notification') }}
