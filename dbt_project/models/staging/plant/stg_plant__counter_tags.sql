with source as (
    select * from {{ source('plant', 'counter_tags') }}
),

renamed as (
    select
        system as source_system,
        site_code,
        tag,
        machine as equipment_code,
        role as counter_role,
        rollover_at,
        _ingested_at
    from source
)

select * from renamed
