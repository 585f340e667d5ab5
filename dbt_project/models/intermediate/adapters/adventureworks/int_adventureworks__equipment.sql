{{ adventureworks__equipment('adventureworks') }}
