{#-
    What an incremental build of the production facts needs to read. What a table outside of this build's order holds is
    asked by its name: it stands behind the models that ask.
-#}

{#-
    The oldest of the newest `_source_ingested_at` of tables by schema and name, as text: whatever is newer one of them has
    not seen. None where one is missing or empty or all is built anew, so that all rows are to be read; those of
    `if_there` only count where they hold rows.
-#}
{% macro seen_by_all(tables, if_there=[]) -%}
    {%- if not execute or flags.FULL_REFRESH -%}{{ return(none) }}{%- endif -%}
    {%- set newest = [] -%}
    {%- for schema, name in tables + if_there -%}
        {%- set relation = held_relation(schema, name) -%}
        {%- set value = run_query(
            'select cast(max(_source_ingested_at) as string) from ' ~ relation
        ).columns[0].values()[0] if relation is not none -%}
        {%- if value -%}
            {%- do newest.append(value) -%}
        {%- elif [schema, name] not in if_there -%}
            {{ return(none) }}
        {%- endif -%}
    {%- endfor -%}
    {{ return(newest | min) }}
{%- endmacro %}


{#- A table as the last build left it; none where there is none, or all is built anew. -#}
{% macro held_relation(schema, name) -%}
    {%- if not execute or flags.FULL_REFRESH -%}{{ return(none) }}{%- endif -%}
    {{ return(adapter.get_relation(database=this.database, schema=schema, identifier=name)) }}
{%- endmacro %}


{#-
    The CTEs `touched_rows`, those that one of the incremental facts has not seen, and `states` and `counters` of their
    equipment, from the last one before the first touched instant on.
-#}
{% macro touched_rows_and_around() -%}
    {%- set seen_until = seen_by_all([
        ['core', 'fct_state_interval'], ['core', 'fct_time_element'], ['core', 'fct_equipment_minute'],
        ['intermediate', 'int_production__counter_delta'],
    ], if_there=[
        ['core', 'fct_energy_hour'], ['core', 'fct_signal_coverage_day'], ['core', 'fct_equipment_hour'],
    ]) -%}
touched_rows as {{ once() }} (
    select * from {{ ref('int_production__touched_row') }}
    where _source_ingested_at > {{ utc_literal(seen_until or '1900-01-01 00:00:00') }}
),

firsts as (
    select
        equipment_id,
        min(touched_at) as first_at
    from touched_rows
    group by equipment_id
),

states as (
    {{ from_before_first(ref('int_production__machine_state'), 'changed_at', 'source_system') }}
),

counters as (
    {{ from_before_first(ref('int_production__counter'), 'counted_at', 'site_code') }}
)
{%- endmacro %}


{#- Rows from the last one before `first_at` on, of each equipment and `part` of it. -#}
{% macro from_before_first(relation, instant, part) -%}
select rows_in_all.*
from {{ relation }} as rows_in_all
inner join (
    select
        earlier.equipment_id,
        earlier.{{ part }},
        coalesce(
            max(case when earlier.{{ instant }} < firsts.first_at then earlier.{{ instant }} end), min(firsts.first_at)
        ) as since_at
    from {{ relation }} as earlier
    inner join firsts on earlier.equipment_id = firsts.equipment_id
    group by earlier.equipment_id, earlier.{{ part }}
) as begun
    on
        rows_in_all.equipment_id = begun.equipment_id
        and rows_in_all.{{ part }} = begun.{{ part }}
        and rows_in_all.{{ instant }} >= begun.since_at
{%- endmacro %}


{#- The CTE `touched`: the windows (equipment_id, production_day) that an incremental model has to compute anew. -#}
{% macro touched_days() -%}
touched as (
    select distinct
        equipment_id,
        production_day
    from {{ ref('int_production__touched_day') }}
    where _source_ingested_at > {{ newest_source_ingested_at(this) }}
)
{%- endmacro %}


{#-
    The CTE `configuration`, one row: what touches every window makes every row as new as itself, and an operation those of
    its own, so that a build takes nothing for new that the one before has seen.
-#}
{% macro newest_configuration() -%}
configuration as (
    select max(_source_ingested_at) as _source_ingested_at from {{ ref('int_production__configuration') }}
)
{%- endmacro %}


{#- The rows of a relation of events that can play a part in what is built of their equipment. -#}
{% macro since_stretch(relation, instant) -%}
select rows_in_all.*
from {{ relation }} as rows_in_all
inner join {{ ref('int_production__stretch') }} as stretches
    on rows_in_all.equipment_id = stretches.equipment_id and rows_in_all.{{ instant }} >= stretches.since_at
{%- endmacro %}


{#- The rows of a relation whose start and end overlap with what is built of their equipment. -#}
{% macro within_stretch(relation) -%}
select rows_in_all.*
from {{ relation }} as rows_in_all
inner join {{ ref('int_production__stretch') }} as stretches
    on
        rows_in_all.equipment_id = stretches.equipment_id
        and rows_in_all.started_at < stretches.until_at
        and (rows_in_all.ended_at > stretches.from_at or rows_in_all.ended_at is null)
{%- endmacro %}


{#- A full build of a fact cannot stand on models that hold a part of the time only. -#}
{% macro require_whole_stretch() -%}
    {%- if execute and not is_incremental() -%}
        {%- set parts = run_query(
            'select count(*) from ' ~ ref('int_production__stretch') ~ ' where not is_whole'
        ).columns[0].values()[0] -%}
        {%- if parts -%}
            {%- do exceptions.raise_compiler_error(
                this ~ ' is to be built whole, and what it stands on holds an increment: build +' ~ this.identifier
            ) -%}
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}
