with confirmations as (
    -- neither the cancelled row nor the one that cancels it
    select * from {{ ref('int_production__confirmation') }}
    where not coalesce(is_cancelled, false) and cancels_confirmation_id is null
),

orders as (
    select * from {{ ref('int_production__production_order') }}
),

{{ work_centres() }},

described as (
    select
        confirmations.confirmation_id,
        confirmations.site_code,
        {{ surrogate_key(['confirmations.order_id']) }} as order_key,
        confirmations.order_id,
        confirmations.operation_id,
        confirmations.operation_no,
        {{ surrogate_key(['orders.material_id']) }} as material_key,
        orders.material_id,
        confirmations.work_centre_id,
        work_centres.equipment_id,
        confirmations.posting_date,
        confirmations.started_at,
        confirmations.ended_at,
        confirmations.quantity_unit,
        confirmations.yield_qty,
        confirmations.scrap_qty,
        confirmations.rework_qty,
        {{ surrogate_key(['confirmations.employee_id']) }} as employee_key,
        confirmations.employee_id,
        {{ surrogate_key(['confirmations.scrap_reason_id']) }} as scrap_reason_key,
        confirmations.scrap_reason_id,
        confirmations.setup_s,
        confirmations.run_s,
        confirmations._source_ingested_at
    from confirmations
    left join orders on confirmations.order_id = orders.order_id
    left join work_centres on confirmations.work_centre_id = work_centres.work_centre_id
)

select * from described
