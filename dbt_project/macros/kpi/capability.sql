{#- Cpk = min(USL - mean, mean - LSL) / 3s; with one limit that side alone; null without spread or without a limit. -#}
{% macro cpk(mean, std, lower_limit, upper_limit) -%}
{{ ratio(
    'least(coalesce(' ~ upper_limit ~ ' - ' ~ mean ~ ', ' ~ mean ~ ' - ' ~ lower_limit ~ '), '
    ~ 'coalesce(' ~ mean ~ ' - ' ~ lower_limit ~ ', ' ~ upper_limit ~ ' - ' ~ mean ~ '))',
    '(3 * ' ~ std ~ ')'
) }}
{%- endmacro %}
