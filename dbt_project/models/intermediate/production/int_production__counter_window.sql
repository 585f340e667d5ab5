with deltas as (
    select * from {{ ref('int_production__counter_delta') }}
),

operations as (
    select * from {{ ref('int_production__operation') }}
),

windows as (
    -- readings that stand too far apart prove nothing of any single moment between them
    select
        deltas.equipment_id,
        deltas.equipment_id || '-' || cast({{ micros('deltas.counted_at') }} as string) as window_id,
        deltas.previous_counted_at as started_at,
        deltas.counted_at as ended_at,
        deltas.produced_qty,
        deltas.order_id,
        deltas.operation_id,
        deltas.material_id,
        operations.pri_s * deltas.produced_qty as planned_run_s,
        deltas._source_ingested_at
    from deltas
    left join operations on deltas.operation_id = operations.operation_id
    inner join {{ ref('int_production__stretch') }} as stretches
        on
            deltas.equipment_id = stretches.equipment_id
            and deltas.previous_counted_at < stretches.until_at
            and deltas.counted_at > stretches.from_at
    where
        {{ seconds_between('deltas.previous_counted_at', 'deltas.counted_at') }}
        <= {{ production_parameter('counter_proof_s') }}
)

select * from windows
