{{ adventureworks__supplier('adventureworks') }}
