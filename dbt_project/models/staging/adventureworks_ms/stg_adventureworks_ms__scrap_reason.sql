{{ adventureworks_scrap_reason(source('adventureworks_ms', 'scrap_reason')) }}
