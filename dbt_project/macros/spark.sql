{#- What dbt-spark needs to know of this project: names of types. -#}
{% macro spark__cast(field, type) -%}
cast({{ field }} as {{ type_name(type) }})
{%- endmacro %}


{#- A type as yml files name it in the words of the target. -#}
{% macro type_name(type) -%}
    {{ return(adapter.dispatch('type_name')(type)) }}
{%- endmacro %}
{% macro duckdb__type_name(type) -%}
    {{- return(type) -}}
{%- endmacro %}
{% macro default__type_name(type) -%}
    {%- set names = {'varchar': 'string', 'timestamptz': 'timestamp', 'timestamp with time zone': 'timestamp'} -%}
    {{- return(names.get(type | lower, type)) -}}
{%- endmacro %}


{#-
    A contract on Spark: the columns by their names, each cast to the type that the contract names, because engines
    differ in the widths of counts and ranks. DuckDB holds a model to the types themselves.
-#}
{% macro spark__get_select_subquery(sql) -%}
select
    {%- for column in model['columns'].values() %}
    cast(model_subq.{{ column.name }} as {{ type_name(column.data_type) }}) as {{ column.name }}{{ ',' if not loop.last }}
    {%- endfor %}
from (
    {{ sql }}
) as model_subq
{%- endmacro %}


{% macro spark__get_assert_columns_equivalent(sql) -%}
    {%- set given = get_column_schema_from_query(sql) | map(attribute='name') | sort -%}
    {%- set named = model['columns'].values() | map(attribute='name') | sort -%}
    {%- if given != named -%}
        {%- do exceptions.raise_compiler_error('the contract names ' ~ named ~ ', the model gives ' ~ given) -%}
    {%- endif -%}
{%- endmacro %}


{#-
    As dbt-spark's, for tables that are Delta. An empty table goes before a new one: PySail 0.7 cannot plan md5 and
    power while it creates a table from one partition, but while it replaces one. Columns take the types of the model's yml,
    for a null of no type, which a plant without a source gives, fits no Delta table.
-#}
{% macro spark__create_table_as(temporary, relation, compiled_code, language='sql') -%}
    {%- if temporary -%}
        {{ create_temporary_view(relation, compiled_code) }}
    {%- else -%}
        {%- if config.get('contract').enforced -%}
            {%- do get_assert_columns_equivalent(compiled_code) -%}
        {%- endif -%}
        {%- if model['columns'] -%}
            {%- set typed -%}
                {%- for column in model['columns'].values() -%}
                    {{ column.name }} {{ type_name(column.data_type) }}{{ ', ' if not loop.last }}
                {%- endfor -%}
            {%- endset -%}
            {%- do run_query('create table if not exists ' ~ relation ~ ' (' ~ typed ~ ') using delta ' ~ location_clause()) -%}
            {%- set compiled_code = get_select_subquery(compiled_code) -%}
        {%- endif -%}
create or replace table {{ relation }} using delta {{ location_clause() }} as
{{ compiled_code }}
    {%- endif -%}
{%- endmacro %}


{#-
    Incremental tables without DELETE, which engines behind Spark Connect take on views and joins differently: one
    atomic commit that keeps the rows outside of the touched windows and adds those that were computed anew.
-#}
{% materialization incremental, adapter='spark' -%}
    {%- set target_relation = this.incorporate(type='table') -%}
    {{ run_hooks(pre_hooks) }}
    {%- if is_incremental() -%}
        {%- set new_rows = make_temp_relation(this) -%}
        {%- call statement('new_rows') -%}{{ create_table_as(true, new_rows, compiled_code) }}{%- endcall -%}
        {#- Not by DESCRIBE, which PySail 0.7 leaves empty for a table that a session knows by its location. -#}
        {%- set columns = get_column_schema_from_query('select * from ' ~ target_relation) -%}
        {%- set names = columns | map(attribute='quoted') | join(', ') -%}
        {%- set stale = context['stale_rows_of_' ~ config.get('incremental_strategy')](target_relation, new_rows) -%}
        {%- set kept_and_new -%}
select {{ names }} from {{ target_relation }} where not coalesce({{ stale }}, false)
union all
select {{ names }} from {{ new_rows }}
        {%- endset -%}
    {%- endif -%}
    {%- call statement('main') -%}
        {{ create_table_as(false, target_relation, kept_and_new or compiled_code) }}
    {%- endcall -%}
    {{ run_hooks(post_hooks) }}
    {{ return({'relations': [target_relation]}) }}
{%- endmaterialization %}
