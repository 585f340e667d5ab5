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


{#-
    The CTEs `words`, one row per word of a record's name in the plant's own vocabulary, and `names`, one per record: its
    `sizes` (words with a digit) and `other_words`, each in their order, and the count of these.
-#}
{% macro words_of_names(attributes) -%}
{%- set ignored = "'', '" ~ var('master_data').ignored_words | join("', '") ~ "'" -%}
split_names as (
    select
        entity,
        scope_code,
        record_no,
        source_system,
        {{ split_to_rows(plain_words('attribute_value'), "' '") }} as word
    from {{ attributes }}
    where attribute_name = 'name'
),

words as {{ once() }} (
    select distinct
        entity,
        scope_code,
        record_no,
        source_system,
        {{ own_word('word') }} as word
    from split_names
    where word not in ({{ ignored }})
),

names as {{ once() }} (
    -- words with a digit tell sizes, types and grades: unless they agree, names are not compared
    select
        entity,
        record_no,
        {{ joined_sorted("case when " ~ has_digit('word') ~ " then word end") }} as sizes,
        {{ joined_sorted("case when not " ~ has_digit('word') ~ " then word end") }} as other_words,
        count(case when not {{ has_digit('word') }} then 1 end) as word_count,
        max(scope_code) as scope_code,
        max(source_system) as source_system
    from words
    group by entity, record_no
)
{%- endmacro %}
