{{ adventureworks__reason('adventureworks_ms') }}
