{{ config(materialized='table') }}

{#- What the last build held: this build has not come to it yet. -#}
{%- set held = held_relation('core', 'fct_state_interval') %}

with slots as (
    select distinct
        equipment_id,
        production_day
    from {{ ref('int_production__equipment_slot') }}
),

changes as (
    select _source_ingested_at from {{ ref('int_production__touched_row') }}
    union all
    select _source_ingested_at from {{ ref('int_production__configuration') }}
),

newest as (
    select max(_source_ingested_at) as _source_ingested_at from changes
),

held_days as (
    select
        equipment_id,
        site_code,
        production_day,
        min(started_at) as started_at,
        max(ended_at) as ended_at
    {%- if held %}
    from {{ held }}
    {%- else %}
    from {{ ref('int_production__equipment_slot') }}
    where 1 = 0
    {%- endif %}
    group by equipment_id, site_code, production_day
)

select
    held_days.*,
    newest._source_ingested_at
from held_days
cross join newest
left join slots
    on held_days.equipment_id = slots.equipment_id and held_days.production_day = slots.production_day
where slots.equipment_id is null
