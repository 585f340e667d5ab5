{{ config(
    materialized='incremental',
    incremental_strategy='touched_window',
    unique_key=['equipment_id', 'production_day'],
    on_schema_change='fail',
    pre_hook='{{ require_whole_stretch() }}',
    meta={'touched_by': 'int_production__touched_day'}
) }}
-- The hook asks for what this stands on: depends_on {{ ref('int_production__stretch') }}

with {{ touched_days() }},

intervals as (
    select * from {{ ref('int_production__state_interval') }}
    {% if is_incremental() %}
    where (equipment_id, production_day) in (select * from touched)
    {% endif %}
),

equipment as (
    select * from {{ ref('dim_equipment') }}
),

operations as (
    select * from {{ ref('int_production__operation') }}
),

{{ newest_configuration() }},

described as (
    select
        equipment.equipment_key,
        intervals.equipment_id,
        intervals.site_code,
        intervals.production_day,
        {{ surrogate_key(['intervals.shift_id']) }} as shift_key,
        intervals.shift_id,
        intervals.shift_code,
        intervals.started_at,
        intervals.ended_at,
        cast(intervals.duration_s as double) as duration_s,
        intervals.state_event_id,
        intervals.is_state_start,
        intervals.state,
        intervals.mode,
        intervals.is_planned,
        intervals.evidence,
        intervals.time_element,
        intervals.is_micro_stop,
        intervals.is_low_speed,
        intervals.is_corrective_maintenance,
        intervals.is_preventive_maintenance,
        {{ surrogate_key(['intervals.reason_id']) }} as reason_key,
        intervals.reason_id,
        {{ surrogate_key(['intervals.order_id']) }} as order_key,
        intervals.order_id,
        intervals.operation_id,
        {{ surrogate_key(['intervals.material_id']) }} as material_key,
        intervals.material_id,
        greatest(
            intervals._source_ingested_at, operations._source_ingested_at, configuration._source_ingested_at
        ) as _source_ingested_at
    from intervals
    cross join configuration
    left join operations on intervals.operation_id = operations.operation_id
    left join equipment
        on
            intervals.equipment_id = equipment.equipment_id
            and intervals.production_day >= equipment.valid_from
            and intervals.production_day < equipment.valid_to
)

select * from described
