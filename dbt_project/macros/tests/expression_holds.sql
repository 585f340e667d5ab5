{#- `expression` is true in every row; a null is not true. For figures that a source computes: recompute and compare. -#}
{% test expression_holds(model, expression) %}
select * from {{ model }}
where not coalesce({{ expression }}, false)
{% endtest %}
