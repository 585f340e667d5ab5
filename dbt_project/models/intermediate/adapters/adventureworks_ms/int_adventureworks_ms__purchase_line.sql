{{ adventureworks__purchase_line('adventureworks_ms') }}
