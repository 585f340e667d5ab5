with source as (
    select * from {{ source('plant', 'signals') }}
),

renamed as (
    select
        site_code,
        tag,
        machine as equipment_code,
        measurement,
        description as signal_description,
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
        _ingested_at
    from source
)

select * from renamed
