{#- Text, instants and trees where SQL dialects differ; see portable.sql. default__ speaks Spark. -#}

{#- A field of a JSON object in a text as text; null where the text is no JSON or has no such field. -#}
{% macro json_field(text, field) -%}
    {{ return(adapter.dispatch('json_field')(text, field)) }}
{%- endmacro %}
{% macro duckdb__json_field(text, field) -%}
try_cast({{ text }} as json) ->> '{{ field }}'
{%- endmacro %}
{% macro default__json_field(text, field) -%}
get_json_object({{ text }}, '$.{{ field }}')
{%- endmacro %}


{#- Every match of a regular expression replaced; `by` names groups as \1. Pattern and `by` are plain text. -#}
{% macro replace_all(text, pattern, by) -%}
    {{ return(adapter.dispatch('replace_all')(text, pattern, by)) }}
{%- endmacro %}
{% macro duckdb__replace_all(text, pattern, by) -%}
regexp_replace({{ text }}, '{{ pattern }}', '{{ by }}', 'g')
{%- endmacro %}
{% macro default__replace_all(text, pattern, by) -%}
regexp_replace({{ text }}, '{{ pattern | replace("\\", "\\\\") }}', '{{ by | replace("\\", "$") }}')
{%- endmacro %}


{#- An instant given as text in UTC, as a literal: 'YYYY-MM-DD HH:MM:SS[.ffffff]', with or without its offset. -#}
{% macro utc_literal(instant) -%}
    {%- set text = instant | string -%}
    {%- set text = text if text[19:].count('+') else text ~ '+00:00' -%}
    {{ return(adapter.dispatch('utc_literal')(text)) }}
{%- endmacro %}
{% macro duckdb__utc_literal(instant) -%}
timestamptz '{{ instant }}'
{%- endmacro %}
{% macro default__utc_literal(instant) -%}
timestamp '{{ instant }}'
{%- endmacro %}


{#- The word or words that open a list of CTEs with a `recursion`. -#}
{% macro with_recursive() -%}
    {{ return(adapter.dispatch('with_recursive')()) }}
{%- endmacro %}
{% macro duckdb__with_recursive() -%}
with recursive
{%- endmacro %}
{% macro default__with_recursive() -%}
with
{%- endmacro %}


{#-
    The CTE `name`: the rows of `first` and all that `next` finds from them, step by step; `next` reads the step before
    as `@previous`, whose `level` (qualified, counted up by the model) stays below `deepest`. One CTE for each level
    where an engine does not recurse.
-#}
{% macro recursion(name, first, next, level, deepest) -%}
    {{ return(adapter.dispatch('recursion')(name, first, next, level, deepest)) }}
{%- endmacro %}
{% macro duckdb__recursion(name, first, next, level, deepest) -%}
{{ name }} as (
    {{ first | trim }}
    union all
    {{ next | trim | replace('@previous', name) }}
    {{ 'and' if ' where' in next or '\nwhere' in next else 'where' }} {{ level }} < {{ deepest }}
)
{%- endmacro %}
{% macro default__recursion(name, first, next, level, deepest) -%}
{{ name }}_0 as (
    {{ first | trim }}
),
{% for step in range(1, deepest + 1) %}
{{ name }}_{{ step }} as (
    {{ next | trim | replace('@previous', name ~ '_' ~ (step - 1)) }}
    {{ 'and' if ' where' in next or '\nwhere' in next else 'where' }} {{ level }} < {{ deepest }}
),
{% endfor %}
{{ name }} as (
    {%- for step in range(0, deepest + 1) %}
    {{ 'union all' if step }}
    select * from {{ name }}_{{ step }}
    {%- endfor %}
)
{%- endmacro %}


{#- The texts of a group in one, in their order, whatever the order of the rows. -#}
{% macro sorted_texts(text) -%}
    {{ return(adapter.dispatch('sorted_texts')(text)) }}
{%- endmacro %}
{% macro duckdb__sorted_texts(text) -%}
array_to_string(list_sort(list({{ text }})), ' ')
{%- endmacro %}
{% macro default__sorted_texts(text) -%}
array_join(array_sort(collect_list({{ text }})), ' ')
{%- endmacro %}
