{{ adventureworks__stock_balance('adventureworks') }}
