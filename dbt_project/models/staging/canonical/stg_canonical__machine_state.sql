with source as (
    select * from {{ source('canonical', 'machine_state') }}
),

renamed as (
    select
        site_code,
        event_no,
        equipment_code,
        changed_at,
        ended_at,
        state,
        mode,
        coalesce(reports_orders, true) as reports_orders,
        {{ strip_zeros('order_no') }} as order_no,
        operation_no,
        {{ strip_zeros('material_id') }} as material_id,
        coalesce(is_deleted, false) as is_deleted,
        _ingested_at
    from source
)

select * from renamed
