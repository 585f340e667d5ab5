with signals as (
    select * from {{ ref('int_signals__signal') }}
)

select
    {{ surrogate_key(['signal_id']) }} as signal_key,
    signal_id,
    site_code,
    tag,
    equipment_id,
    measurement,
    signal_description,
    unit,
    interpolation,
    max_gap_s,
    low_limit,
    high_limit,
    uns_path,
    {{ surrogate_key(['signal_id', 'equipment_id', 'interpolation', 'max_gap_s']) }} as _signal_version,
    _source_ingested_at
from signals
