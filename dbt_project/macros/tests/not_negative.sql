{#- None of `columns` is below zero (rounding of doubles forgiven). -#}
{% test not_negative(model, columns) %}
select * from {{ model }}
where {% for column in columns %}{{ column }} < -1e-9{{ ' or ' if not loop.last }}{% endfor %}
{% endtest %}
