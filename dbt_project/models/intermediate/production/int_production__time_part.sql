with intervals as (
    select * from {{ ref('int_production__state_interval') }}
),

deltas as (
    select
        *,
        produced_qty - scrap_qty - rework_qty as good_qty
    from {{ ref('int_production__counter_delta') }}
),

operations as (
    select * from {{ ref('int_production__operation') }}
),

times as (
    select
        equipment_id,
        site_code,
        production_day,
        shift_id,
        shift_code,
        order_id,
        operation_id,
        material_id,
        {%- for element in exclusive_elements() %}
        case when time_element = '{{ element[:-2] }}' then duration_s else 0 end as {{ element }},
        {%- endfor %}
        case when is_corrective_maintenance then duration_s else 0 end as cmt_s,
        case when is_preventive_maintenance then duration_s else 0 end as pmt_s,
        0 as planned_run_s,
        0 as planned_run_good_s,
        0 as produced_qty,
        0 as good_qty,
        0 as scrap_qty,
        0 as rework_qty,
        0 as produced_without_pri_qty,
        _source_ingested_at
    from intervals
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
        {%- for element in exclusive_elements() %}
        0 as {{ element }},
        {%- endfor %}
        0 as cmt_s,
        0 as pmt_s,
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

select * from times
union all
select * from quantities
