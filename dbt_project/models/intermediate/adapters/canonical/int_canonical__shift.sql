select
    site_code,
    calendar_code,
    production_day,
    shift_code,
    started_at,
    ended_at,
    is_working,
    coalesce(planned_break_s, 0) as planned_break_s,
    _ingested_at as _source_ingested_at
from {{ ref('stg_canonical__shift') }}
where not is_deleted
