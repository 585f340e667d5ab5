with source as (
    select * from {{ source('mes_event_log', 'reports__history') }}
),

renamed as (
    select
        replace(case_id, 'Case', '') as order_no,
        event_no,
        part as material_id,
        order_qty,
        activity as operation_no,
        machine as equipment_code,
        report_type,
        completed_qty,
        mrb_qty,
        coalesce(is_rework, false) as is_rework,
        60 * duration_min as duration_s,
        {{ instant(micros('completed_at') ~ ' - cast(6e7 * duration_min as bigint)') }} as started_at,
        completed_at as ended_at,
        _ingested_at
    from source
)

select * from renamed
