{#- A duration with its unit of measure (SAP: S, MIN, H, STD) in seconds, as a double; an unknown unit gives null. -#}
{% macro to_seconds(value, unit) -%}
cast({{ value }} as double) * case upper({{ unit }}) when 'S' then 1 when 'MIN' then 60 when 'H' then 3600 when 'STD' then 3600 end
{%- endmacro %}
