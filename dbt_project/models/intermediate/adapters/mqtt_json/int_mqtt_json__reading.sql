select
    signal as tag,
    reading_at,
    case when status <> 'bad' then value end as value,
    case
        when status = 'bad' then coalesce(value_text, status_code)
        when value is null then value_text
    end as value_state,
    coalesce(is_questionable, false) as is_questionable,
    reading_date,
    _ingested_at as _source_ingested_at,
    _source_row
from {{ ref('stg_mqtt_json__readings') }}
