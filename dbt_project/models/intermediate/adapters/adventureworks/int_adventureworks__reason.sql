{{ adventureworks__reason('adventureworks') }}
