{{ adventureworks__material('adventureworks') }}
