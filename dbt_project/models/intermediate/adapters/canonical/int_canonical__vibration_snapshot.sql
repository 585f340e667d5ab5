select
    site_code,
    {{ site_id('site_code', 'equipment_code') }} as equipment_id,
    sensor_code,
    taken_at,
    sampling_rate_hz,
    sample_count,
    unit,
    rms_value,
    peak_value,
    kurtosis,
    spindle_speed_rpm,
    _ingested_at as _source_ingested_at
from {{ ref('stg_canonical__vibration_snapshot') }}
where not is_deleted
