{{ adventureworks__supplier('adventureworks_ms') }}
