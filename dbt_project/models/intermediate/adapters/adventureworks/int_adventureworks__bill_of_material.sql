{{ adventureworks__bill_of_material('adventureworks') }}
