{{ config(
    materialized='incremental',
    incremental_strategy='touched_window',
    unique_key=['equipment_id', 'production_day'],
    on_schema_change='fail',
    meta={'touched_by': 'int_production__touched_day'}
) }}

{%- set ids = ['equipment_id', 'site_code', 'production_day', 'shift_id', 'shift_code'] %}
{%- set grain = ids + ['order_id', 'operation_id', 'material_id'] %}
{%- set stretches = exclusive_elements() + ['micro_stop_s', 'low_speed_s', 'cmt_s', 'pmt_s', 'target_qty'] %}
{%- set run_times = ['planned_run_s', 'planned_run_good_s'] %}

with {{ touched_days() }},

intervals as (
    select * from {{ ref('fct_state_interval') }}
    {% if is_incremental() %}
    where (equipment_id, production_day) in (select * from touched)
    {% endif %}
),

operations as (
    select * from {{ ref('int_production__operation') }}
),

times as (
    select
        {% for column in grain %}intervals.{{ column }},
        {% endfor -%}
        {{ element_seconds() }},
        case when time_element = 'apt' then coalesce(duration_s / nullif(operations.pri_s, 0), 0) else 0 end
            as target_qty,
        {%- for column in run_times + quantity_columns() %}
        0 as {{ column }},
        {%- endfor %}
        greatest(intervals._source_ingested_at, operations._source_ingested_at) as _source_ingested_at
    from intervals
    left join operations on intervals.operation_id = operations.operation_id
),

quantities as (
    select
        {{ grain | join(',\n        ') }},
        {%- for column in stretches %}
        0 as {{ column }},
        {%- endfor %}
        {%- for column in run_times + quantity_columns() %}
        {{ column }},
        {%- endfor %}
        _source_ingested_at
    from {{ ref('int_production__quantity_part') }}
    {% if is_incremental() %}
    where (equipment_id, production_day) in (select * from touched)
    {% endif %}
),

parts as (
    select * from times
    union all
    select * from quantities
),

equipment as (
    select * from {{ ref('dim_equipment') }}
),

summed as (
    select
        {{ grain | join(',\n        ') }},
        {%- for column in stretches + run_times %}
        cast(sum({{ column }}) as double) as {{ column }},
        {%- endfor %}
        {%- for column in quantity_columns() %}
        cast(sum({{ column }}) as bigint) as {{ column }},
        {%- endfor %}
        max(_source_ingested_at) as _source_ingested_at
    from parts
    group by {{ grain | join(', ') }}
),

described as (
    select
        equipment.equipment_key,
        summed.equipment_id,
        summed.site_code,
        summed.production_day,
        {{ surrogate_key(['summed.shift_id']) }} as shift_key,
        summed.shift_id,
        summed.shift_code,
        {{ surrogate_key(['summed.order_id']) }} as order_key,
        summed.order_id,
        summed.operation_id,
        {{ surrogate_key(['summed.material_id']) }} as material_key,
        summed.material_id,
        apt_s + aust_s + adet_s + adot_s + pdt_s + not_scheduled_s + no_data_s as calendar_s,
        apt_s + aust_s + adet_s + adot_s + pdt_s + no_data_s as pot_s,
        apt_s + aust_s + adet_s + adot_s + no_data_s as pbt_s,
        apt_s + aust_s as aupt_s,
        {%- for column in stretches + run_times + quantity_columns() %}
        {{ column }},
        {%- endfor %}
        _source_ingested_at
    from summed
    left join equipment
        on
            summed.equipment_id = equipment.equipment_id
            and summed.production_day >= equipment.valid_from
            and summed.production_day < equipment.valid_to
)

select * from described
