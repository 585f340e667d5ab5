{#-
    Incremental by touched window. The model names its window by `unique_key` (e.g. equipment_id, production_day) and, in
    `meta.touched_by`, the model that lists which windows new, late or corrected raw rows touch:
    the key columns plus `_source_ingested_at`. The model recomputes those windows; the strategy replaces them, also
    where nothing is left in one. So the result equals a full rebuild.
-#}
{% macro get_incremental_touched_window_sql(arg_dict) -%}
    {%- set columns = get_quoted_csv(arg_dict['dest_columns'] | map(attribute='name')) -%}
delete from {{ arg_dict['target_relation'] }}
where {{ stale_rows_of_touched_window(arg_dict['target_relation'], arg_dict['temp_relation']) }};
insert into {{ arg_dict['target_relation'] }} ({{ columns }})
select {{ columns }} from {{ arg_dict['temp_relation'] }};
{%- endmacro %}


{#-
    Incremental by replaced window: each window of `unique_key` that the model gives replaces what the target holds of it. For
    facts whose windows stay once they are there, or with the model in `meta.windows_of` that lists all that are.
-#}
{% macro get_incremental_replaced_window_sql(arg_dict) -%}
    {%- set columns = get_quoted_csv(arg_dict['dest_columns'] | map(attribute='name')) -%}
delete from {{ arg_dict['target_relation'] }}
where {{ stale_rows_of_replaced_window(arg_dict['target_relation'], arg_dict['temp_relation']) }};
insert into {{ arg_dict['target_relation'] }} ({{ columns }})
select {{ columns }} from {{ arg_dict['temp_relation'] }};
{%- endmacro %}


{% macro stale_rows_of_replaced_window(target_relation, new_rows) -%}
    {%- set keys = config.get('unique_key') | join(', ') -%}
    {%- set listed_in = config.get('meta').get('windows_of') -%}
(
    ({{ keys }}) in (select {{ keys }} from {{ new_rows }})
    {%- if listed_in %}
    or ({{ keys }}) not in (select {{ keys }} from {{ ref(listed_in) }})
    {%- endif %}
)
{%- endmacro %}


{#- Rows that only come: dbt's own strategy takes none away. -#}
{% macro stale_rows_of_append(target_relation, new_rows) -%}
false
{%- endmacro %}


{#- Which rows of the target the strategy takes away. -#}
{% macro stale_rows_of_touched_window(target_relation, new_rows) -%}
    {%- set keys = config.get('unique_key') -%}
({{ keys | join(', ') }}) in ({{ touched_windows(ref(config.get('meta')['touched_by']), keys, target_relation) }})
{%- endmacro %}


{#- The windows to recompute: all that raw rows newer than the newest row behind the target name. -#}
{% macro touched_windows(touched_relation, keys, target_relation) -%}
select distinct {{ keys | join(', ') }}
from {{ touched_relation }}
where _source_ingested_at > {{ newest_source_ingested_at(target_relation) }}
{%- endmacro %}


{#- A literal, not a subquery, so that the filter reaches down to the raw files. -#}
{% macro newest_source_ingested_at(target_relation) -%}
    {%- set newest = none -%}
    {%- if is_incremental() -%}
        {%- set newest = run_query('select max(_source_ingested_at) from ' ~ target_relation).columns[0].values()[0] -%}
    {%- endif -%}
{{ utc_literal(newest or '1900-01-01 00:00:00') }}
{%- endmacro %}


{#-
    Since when an incremental build reads: the least of `column` over the rows of `query`, asked before the model runs. A
    literal lets the engine pass over all that lies before; a subquery would make it read the history.
-#}
{% macro earliest(query, column) -%}
    {%- set first = run_query('select cast(min(' ~ column ~ ') as string) from (' ~ query ~ ') as rows_of_query')
        .columns[0].values()[0] if execute and is_incremental() else none -%}
{{ first or '9999-12-31 00:00:00' }}
{%- endmacro %}
