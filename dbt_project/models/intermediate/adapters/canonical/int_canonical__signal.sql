select
    {{ site_id('site_code', 'tag') }} as signal_id,
    site_code,
    tag,
    {{ site_id('site_code', 'equipment_code') }} as equipment_id,
    measurement,
    signal_description,
    unit,
    unit_dimension,
    unit_factor,
    unit_offset,
    source_unit,
    source_unit_dimension,
    source_unit_factor,
    source_unit_offset,
    interpolation,
    rollover_at,
    max_gap_s,
    low_limit,
    high_limit,
    uns_path,
    _ingested_at as _source_ingested_at
from {{ ref('stg_canonical__signal') }}
where not is_deleted
