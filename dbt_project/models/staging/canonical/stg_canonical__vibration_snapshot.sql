with source as (
    select * from {{ source('canonical', 'vibration_snapshot') }}
),

renamed as (
    select
        site_code,
        equipment_code,
        sensor_code,
        taken_at,
        sampling_rate_hz,
        sample_count,
        unit,
        rms_value,
        peak_value,
        kurtosis,
        spindle_speed_rpm,
        coalesce(is_deleted, false) as is_deleted,
        _ingested_at
    from source
)

select * from renamed
