{#- None of `columns` is null: one scan for all of them. -#}
{% test no_nulls(model, columns) %}
select * from {{ model }}
where {% for column in columns %}{{ column }} is null{{ ' or ' if not loop.last }}{% endfor %}
{% endtest %}
