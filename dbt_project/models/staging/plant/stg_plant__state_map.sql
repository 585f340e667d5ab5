with source as (
    select * from {{ source('plant', 'state_map') }}
),

renamed as (
    select
        system as source_system,
        state,
        mode,
        order_registered,
        planned,
        reason_group as reason_code,
        time_element,
        is_corrective_maintenance,
        is_preventive_maintenance,
        _ingested_at
    from source
)

select * from renamed
