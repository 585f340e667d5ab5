{#-
    The body of a canonical entity: all adapters `int_<system>__<entity>` of active systems, one under the other.

    Columns and types come from the model's own yml, so the yml is the contract between systems and the star: an adapter
    gives all of its columns under these names. `source_system` is filled here. Without an active system that
    feeds the entity the result is an empty select with the same columns.
-#}
{% macro union_active_systems(entity) -%}
    {%- set active = ['plant'] + (var('active_systems') | list) -%}
    {%- set systems = entity_systems().get(entity, []) | select('in', active) | list -%}
    {%- set columns = model.get('columns', {}).values() | list if execute else [] -%}
    {%- if execute and not columns -%}
        {{ exceptions.raise_compiler_error('entity ' ~ entity ~ ' needs its columns with data_type in its yml') }}
    {%- endif -%}
    {%- for system in systems %}
{{ 'union all' if not loop.first }}
select
    {%- for column in columns %}
    cast({{ "'" ~ system ~ "'" if column.name == 'source_system' else column.name }} as {{ type_name(column.data_type) }})
        as {{ column.name }}{{ ',' if not loop.last }}
    {%- endfor %}
from {{ ref('int_' ~ system ~ '__' ~ entity) }}
    {%- else %}
{{ empty_typed_select(columns) }}
    {%- endfor %}
{%- endmacro %}


{#- `select null as a, ... where false` with the types of the given yml columns. -#}
{% macro empty_typed_select(columns) -%}
select
    {%- for column in columns %}
    cast(null as {{ type_name(column.data_type) }}) as {{ column.name }}{{ ',' if not loop.last }}
    {%- else %} 1 as nothing
    {%- endfor %}
where false
{%- endmacro %}
