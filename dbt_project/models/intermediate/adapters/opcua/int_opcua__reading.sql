select
    signal as tag,
    reading_at,
    case when status <> 'bad' then value end as value,
    coalesce(value_text, case when status = 'bad' then status_code end) as value_state,
    coalesce(is_questionable, false) as is_questionable,
    reading_date,
    _ingested_at as _source_ingested_at,
    _source_row
from {{ ref('stg_opcua__readings') }}
