{{ adventureworks__material_cost('adventureworks') }}
