{{ mes_event_log_reports(source('mes_event_log', 'reports')) }}
