select
    tag,
    reading_at,
    value,
    value_state,
    coalesce(is_questionable, false) as is_questionable,
    reading_date,
    _ingested_at as _source_ingested_at,
    _source_row
from {{ ref('stg_pi_historian__readings') }}
