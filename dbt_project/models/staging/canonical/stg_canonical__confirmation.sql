with source as (
    select * from {{ source('canonical', 'confirmation') }}
),

renamed as (
    select
        site_code,
        confirmation_no,
        {{ strip_zeros('order_no') }} as order_no,
        operation_no,
        work_centre_code,
        posting_date,
        started_at,
        ended_at,
        quantity_unit,
        yield_qty,
        scrap_qty,
        rework_qty,
        scrap_reason_code,
        employee_code,
        setup_s,
        run_s,
        is_cancelled,
        cancels_confirmation_no,
        coalesce(is_deleted, false) as is_deleted,
        _ingested_at
    from source
)

select * from renamed
