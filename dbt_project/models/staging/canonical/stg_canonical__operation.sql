with source as (
    select * from {{ source('canonical', 'operation') }}
),

renamed as (
    select
        site_code,
        {{ strip_zeros('order_no') }} as order_no,
        operation_no,
        operation_name,
        work_centre_code,
        work_centre_name,
        planned_qty,
        pri_s,
        planned_setup_s,
        planned_cost,
        actual_cost,
        actual_resource_h,
        scheduled_started_at,
        scheduled_ended_at,
        actual_started_at,
        actual_ended_at,
        coalesce(is_deleted, false) as is_deleted,
        _ingested_at
    from source
)

select * from renamed
