with source as (
    select * from {{ source('mes', 'machine_states') }}
),

renamed as (
    select
        event_id,
        machine as equipment_code,
        changed_at,
        state,
        order_no,
        operation_no,
        material_no as material_id,
        _ingested_at
    from source
)

select * from renamed
