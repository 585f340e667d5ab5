{#- What the feature table of equipment carries; its yml names the columns that follow from these. -#}

{#- Measurements (words of the signal dictionary) that become features. -#}
{% macro feature_measurements() -%}
    {{- return(['vibration_rms', 'bearing_temp', 'spindle_current', 'power']) -}}
{%- endmacro %}


{#- Additive columns of fct_equipment_hour that are summed over the last hour and the last day. -#}
{% macro feature_sums() -%}
    {{- return([
        'apt_s', 'aust_s', 'adet_s', 'adot_s', 'pdt_s', 'not_scheduled_s',
        'micro_stop_count', 'produced_qty', 'scrap_qty',
    ]) -}}
{%- endmacro %}


{#- Horizons of the failure labels: name in the column to hours. -#}
{% macro failure_horizons() -%}
    {{- return({'24h': 24, '72h': 72, '7d': 168}) -}}
{%- endmacro %}
