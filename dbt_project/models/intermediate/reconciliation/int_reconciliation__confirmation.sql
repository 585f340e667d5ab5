{{ config(materialized='table') }}

with confirmations as (
    select
        *,
        yield_qty + rework_qty as passed_qty,
        not coalesce(is_cancelled, false) and cancels_confirmation_id is null as is_counted
    from {{ ref('int_production__confirmation') }}
    -- a cancelling one only takes back what the cancelled one says
    where cancels_confirmation_id is null
),

{{ work_centres() }},

orders as (
    select * from {{ ref('int_production__production_order') }}
),

slots as (
    select * from {{ ref('int_production__equipment_slot') }}
),

described as (
    select
        confirmations.confirmation_id,
        confirmations.site_code,
        work_centres.equipment_id,
        confirmations.order_id,
        confirmations.operation_id,
        slots.production_day,
        slots.shift_id,
        slots.shift_code,
        confirmations.started_at,
        confirmations.ended_at,
        confirmations.passed_qty,
        confirmations.scrap_qty,
        confirmations.setup_s,
        confirmations.run_s,
        confirmations.is_counted,
        coalesce(confirmations.quantity_unit <> orders.quantity_unit, false) as is_other_unit,
        coalesce(confirmations.started_at < slots.started_at, true) as is_beyond_shift,
        confirmations.is_counted and row_number() over (
            partition by
                confirmations.operation_id, work_centres.equipment_id, confirmations.is_counted,
                confirmations.started_at, confirmations.ended_at, confirmations.passed_qty,
                confirmations.scrap_qty
            order by confirmations.confirmation_id
        ) > 1 as is_repeated,
        confirmations._source_ingested_at
    from confirmations
    inner join work_centres on confirmations.work_centre_id = work_centres.work_centre_id
    left join orders on confirmations.order_id = orders.order_id
    left join slots
        on
            work_centres.equipment_id = slots.equipment_id
            and confirmations.ended_at > slots.started_at
            and confirmations.ended_at <= slots.ended_at
)

select * from described
