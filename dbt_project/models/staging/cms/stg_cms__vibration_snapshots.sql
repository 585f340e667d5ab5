with source as (
    select * from {{ source('cms', 'vibration_snapshots') }}
),

renamed as (
    select
        machine as equipment_code,
        sensor as sensor_code,
        taken_at,
        sampling_rate_hz,
        sample_count,
        unit,
        rms as rms_value,
        peak as peak_value,
        kurtosis,
        spindle_speed_rpm,
        waveform,
        _ingested_at,
        _source_row
    from source
)

select * from renamed
