with deltas as (
    select
        *,
        produced_qty - scrap_qty - rework_qty as good_qty
    from {{ ref('int_production__counter_delta') }}
),

operations as (
    select * from {{ ref('int_production__operation') }}
),

quantities as (
    select
        deltas.equipment_id,
        deltas.site_code,
        deltas.production_day,
        deltas.shift_id,
        deltas.shift_code,
        deltas.order_id,
        deltas.operation_id,
        deltas.material_id,
        coalesce(operations.pri_s, 0) * deltas.produced_qty as planned_run_s,
        coalesce(operations.pri_s, 0) * deltas.good_qty as planned_run_good_s,
        deltas.produced_qty,
        deltas.good_qty,
        deltas.scrap_qty,
        deltas.rework_qty,
        case when operations.pri_s is null then deltas.produced_qty else 0 end as produced_without_pri_qty,
        greatest(deltas._source_ingested_at, operations._source_ingested_at) as _source_ingested_at
    from deltas
    left join operations on deltas.operation_id = operations.operation_id
)

select * from quantities
