{{ adventureworks_scrap_reason(source('adventureworks', 'scrap_reason')) }}
