{{ adventureworks__purchase_line('adventureworks') }}
