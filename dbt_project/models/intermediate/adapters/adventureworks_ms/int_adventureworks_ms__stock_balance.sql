{{ adventureworks__stock_balance('adventureworks_ms') }}
