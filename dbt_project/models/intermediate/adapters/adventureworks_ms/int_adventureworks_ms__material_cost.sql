{{ adventureworks__material_cost('adventureworks_ms') }}
