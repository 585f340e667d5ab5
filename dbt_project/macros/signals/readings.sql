{#- A historian's or live source's readings (the canonical columns of raw) as the canonical entity. -#}
{% macro canonical_readings(relation) -%}
select
    signal as tag,
    reading_at,
    case when status <> 'bad' then value end as value,
    case
        when status = 'bad' or value is null then coalesce(value_text, status_code, status)
    end as value_state,
    coalesce(is_questionable, false) as is_questionable,
    reading_date,
    _ingested_at as _source_ingested_at,
    _source_row
from {{ relation }}
{%- endmacro %}
