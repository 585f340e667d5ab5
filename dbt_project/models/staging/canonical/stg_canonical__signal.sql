with source as (
    select * from {{ source('canonical', 'signal') }}
),

renamed as (
    select
        site_code,
        tag,
        equipment_code,
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
        coalesce(is_deleted, false) as is_deleted,
        _ingested_at
    from source
)

select * from renamed
