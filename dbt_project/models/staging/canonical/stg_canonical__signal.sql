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
        interpolation,
        max_gap_s,
        low_limit,
        high_limit,
        uns_path,
        coalesce(is_deleted, false) as is_deleted,
        _ingested_at
    from source
)

select * from renamed
