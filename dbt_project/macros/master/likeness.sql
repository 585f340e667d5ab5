{#- Texts of a group in one, in their order, with blanks between; nulls left out. -#}
{% macro joined_sorted(text) -%}
    {{ return(adapter.dispatch('joined_sorted')(text)) }}
{%- endmacro %}
{% macro duckdb__joined_sorted(text) -%}
coalesce(string_agg({{ text }}, ' ' order by {{ text }}), '')
{%- endmacro %}
{% macro default__joined_sorted(text) -%}
array_join(sort_array(collect_list({{ text }})), ' ')
{%- endmacro %}


{#- How alike two texts are, from 0 to 1: the share of letters that need no change (Levenshtein). -#}
{% macro text_likeness(first, second) -%}
(1e0 - levenshtein({{ first }}, {{ second }}) / greatest(length({{ first }}), length({{ second }}), 1))
{%- endmacro %}


{#-
    CTEs `name`_0 .. `name`: connected records have one `label`, the least of them. `first` selects record_no and label
    to begin with, `edges` names a relation of from_no and to_no that holds each link both ways and each record with itself.
    A label travels `rounds` links far.
-#}
{% macro connected(name, first, edges, rounds=8) -%}
{{ name }}_0 as (
    {{ first }}
),
{% for step in range(1, rounds + 1) %}
{{ name }}{{ '_' ~ step if step < rounds }} as (
    select
        links.to_no as record_no,
        min(labelled.label) as label
    from {{ name }}_{{ step - 1 }} as labelled
    inner join {{ edges }} as links on labelled.record_no = links.from_no
    group by links.to_no
){{ ',' if step < rounds }}
{% endfor %}
{%- endmacro %}
