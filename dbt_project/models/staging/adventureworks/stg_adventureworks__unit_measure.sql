select
    nullif(trim(unit_measure_code), '') as unit_measure_code,
    name as unit_name,
    _ingested_at
from {{ source('adventureworks', 'unit_measure') }}
