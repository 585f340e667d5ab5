{#- A duration with its unit of measure (SAP: S, MIN, H, STD) in seconds, as a double; an unknown unit gives null. -#}
{% macro to_seconds(value, unit) -%}
cast({{ value }} as double) * case upper({{ unit }}) when 'S' then 1 when 'MIN' then 60 when 'H' then 3600 when 'STD' then 3600 end
{%- endmacro %}


{#- A quantity in the base unit of its material, by a row of int_sap_ecc__unit_factor; without one it stays in its own unit. -#}
{% macro in_base_unit(quantity, factors) -%}
cast(cast({{ quantity }} as double) * coalesce({{ factors }}.base_per_unit, 1) as decimal(18, 4))
{%- endmacro %}
