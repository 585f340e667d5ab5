select
    tag,
    reading_at,
    case when coalesce(status, 'good') <> 'bad' then value end as value,
    case
        when status = 'bad' or value is null then coalesce(value_text, status, 'no value')
    end as value_state,
    coalesce(is_questionable, status = 'uncertain', false) as is_questionable,
    reading_date,
    _ingested_at as _source_ingested_at,
    _source_row
from {{ ref('stg_canonical__reading') }}
