{{ adventureworks__material('adventureworks_ms') }}
