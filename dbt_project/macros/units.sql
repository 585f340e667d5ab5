{#- A duration with its unit of measure (SAP: S, MIN, H, STD) in seconds, as a double; an unknown unit gives null. -#}
{% macro to_seconds(value, unit) -%}
cast({{ value }} as double) * case upper({{ unit }}) when 'S' then 1 when 'MIN' then 60 when 'H' then 3600 when 'STD' then 3600 end
{%- endmacro %}


{#- A quantity in the base unit of its material, by a row of int_sap_ecc__unit_factor; without one it stays in its own unit. -#}
{% macro in_base_unit(quantity, factors) -%}
cast(cast({{ quantity }} as double) * coalesce({{ factors }}.base_per_unit, 1) as decimal(18, 4))
{%- endmacro %}


{#- Seconds as hours with four digits, a half up. Halves are frequent (one each 0.36 s), but 9577.98 / 3600 as a double lies beside
   2.66055, which each engine rounds its own way; whole milliseconds by 360 meet a half exactly. -#}
{% macro rounded_hours(seconds) -%}
    cast(floor(round(cast({{ seconds }} as double) * 1000) / 360 + 0.5) / 10000 as decimal(18, 4))
{%- endmacro %}
