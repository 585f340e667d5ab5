{#-
    Of the readings of a system (canonical columns of raw) those that count or name the job, by the plant's counter_tags; an
    incremental build reads only what is new, for nothing is ever taken from such a raw table.
-#}
{% macro readings_of_counters(system, relation) -%}
select
    tags.site_code,
    {{ site_id('tags.site_code', 'tags.equipment_code') }} as equipment_id,
    tags.counter_role,
    tags.rollover_at,
    readings.signal,
    readings.reading_at,
    readings.value,
    readings.value_text,
    readings._ingested_at as _source_ingested_at,
    readings._source_row
from {{ relation }} as readings
inner join {{ ref('stg_plant__counter_tags') }} as tags on readings.signal = tags.tag
where
    tags.source_system = '{{ system }}'
    and readings.status <> 'bad'
    {%- if is_incremental() %}
    and readings._ingested_at > {{ newest_source_ingested_at(this) }}
    {%- endif %}
{%- endmacro %}


{#-
    The canonical entity from such readings. A tag holds its value until the next; every reading of a total counts.
    A row is as new as the newest reading that it rests on, so that a late name of a job touches all that it changes.
-#}
{% macro counters_from_readings(relation) -%}
    {%- set counts, names = ['total', 'scrap', 'rework'], ['order', 'operation', 'material'] %}
with versions as (
    select
        *,
        row_number() over (
            partition by signal, reading_at order by _source_ingested_at desc, _source_row desc
        ) as version_no
    from {{ relation }}
),

instants as (
    select
        site_code,
        equipment_id,
        reading_at,
        {%- for role in counts + names %}
        max(case when counter_role = '{{ role }}' then {{ 'value' if role in counts else 'value_text' }} end)
            as {{ role }}_read,
        max(case when counter_role = '{{ role }}' then _source_ingested_at end) as {{ role }}_ingested_at,
        {%- endfor %}
        max(rollover_at) as rollover_at
    from versions
    where version_no = 1
    group by site_code, equipment_id, reading_at
),

held as (
    select
        site_code,
        equipment_id,
        reading_at,
        total_read is not null as is_counted,
        rollover_at,
        {%- for role in counts + names %}
        {{ last_known(role ~ '_read', 'equipment_id', 'reading_at') }} as {{ role }}_held,
        {{ last_known(role ~ '_ingested_at', 'equipment_id', 'reading_at') }} as {{ role }}_ingested_at
        {{- ',' if not loop.last }}
        {%- endfor %}
    from instants
)

select
    site_code,
    equipment_id,
    reading_at as counted_at,
    {{ site_id('site_code', 'order_held') }} as order_id,
    operation_held as operation_no,
    material_held as material_id,
    {%- for count in counts %}
    cast(coalesce({{ count }}_held, 0) as bigint) as {{ count }}_count,
    {%- endfor %}
    rollover_at,
    greatest(
        {%- for role in counts + names %}
        {{ role }}_ingested_at{{ ',' if not loop.last }}
        {%- endfor %}
    ) as _source_ingested_at
from held
where is_counted
{%- endmacro %}


{#- The instants that an adapter's counters touch. -#}
{% macro counted_instants(relation) -%}
select
    equipment_id,
    counted_at as touched_at,
    null as touched_until,
    _source_ingested_at
from {{ relation }}
{%- endmacro %}


{#- What a counter went through its range by since the reading before: rollover_at where it rolled over, else 0. -#}
{% macro rolled_by(count) -%}
case
            when 10 * previous_{{ count }} >= 9 * rollover_at and 10 * {{ count }}_count <= rollover_at then rollover_at
            else 0
        end
{%- endmacro %}
