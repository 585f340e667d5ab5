{{ adventureworks__equipment('adventureworks_ms') }}
