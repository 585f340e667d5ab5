{{ config(materialized='table') }}

with operations as (
    select * from {{ ref('int_production__operation') }}
),

confirmations as (
    select * from {{ ref('int_production__confirmation') }}
    where not coalesce(is_cancelled, false) and cancels_confirmation_id is null
),

orders as (
    select * from {{ ref('int_production__production_order') }}
),

horizons as (
    select * from {{ ref('int_production__horizon') }}
),

{{ work_centres() }},

confirmed as (
    select
        operation_id,
        min(started_at) as started_at,
        max(ended_at) as ended_at,
        max(_source_ingested_at) as _source_ingested_at
    from confirmations
    group by 1
),

spans as {{ once() }} (
    select
        work_centres.equipment_id,
        operations.operation_id,
        operations.order_id,
        orders.material_id,
        coalesce(operations.actual_started_at, confirmed.started_at) as started_at,
        -- an operation without an end is still worked on
        coalesce(operations.actual_ended_at, confirmed.ended_at, horizons.last_at) as ended_at,
        greatest(
            operations._source_ingested_at, confirmed._source_ingested_at, orders._source_ingested_at
        ) as _source_ingested_at
    from operations
    inner join work_centres on operations.work_centre_id = work_centres.work_centre_id
    inner join horizons on work_centres.equipment_id = horizons.equipment_id
    left join confirmed on operations.operation_id = confirmed.operation_id
    left join orders on operations.order_id = orders.order_id
),

{{ exclusive_spans('spans', 'operation_id', 'days.started_at desc, days.operation_id desc') }},

described as (
    select
        spans_won.equipment_id,
        spans_won.started_at,
        spans_won.ended_at,
        spans_won.operation_id,
        spans.order_id,
        spans.material_id,
        spans._source_ingested_at
    from spans_won
    inner join spans
        on spans_won.equipment_id = spans.equipment_id and spans_won.operation_id = spans.operation_id
    where spans_won.ended_at is not null
)

select * from described
