with source as (
    select * from {{ source('plant', 'signal_changes') }}
),

renamed as (
    select
        site_code,
        tag,
        valid_from,
        source_tag,
        source_unit,
        source_unit_dimension,
        source_unit_factor,
        source_unit_offset,
        machine as equipment_code,
        uns_path,
        _ingested_at
    from source
)

select * from renamed
