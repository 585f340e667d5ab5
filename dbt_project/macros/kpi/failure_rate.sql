{#-
    Bound of the 95 % confidence interval of a Poisson mean after `count` events, by Byar's approximation (Breslow and Day,
    Statistical Methods in Cancer Research II, 1987, p. 69). The time under observation after the last event belongs to the
    exposure that it is divided by: so censored runs count.
-#}
{% macro poisson_bound(count, side) -%}
    {%- set z = '1.959963984540054e0' -%}
    {%- if side == 'lower' -%}
case when {{ count }} = 0 then 0 else
    {{ count }} * power(1 - 1 / (9e0 * {{ count }}) - {{ z }} / (3 * sqrt({{ count }})), 3)
end
    {%- else -%}
({{ count }} + 1) * power(1 - 1 / (9e0 * ({{ count }} + 1)) + {{ z }} / (3 * sqrt({{ count }} + 1)), 3)
    {%- endif -%}
{%- endmacro %}
