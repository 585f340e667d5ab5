{#-
    The site of a system whose tables name none. `var('source_sites')` maps system to site code where the plant has
    several sites; otherwise it is the plant's first one.
-#}
{% macro source_site(system, attribute='site_code') -%}
    {%- set code = var('source_sites', {})[system] -%}
    {%- set sites = var('sites') | list -%}
    {%- set site = (sites | selectattr('site_code', 'equalto', code) | first) if code else (sites | first) -%}
    {{ "'" ~ site[attribute] ~ "'" if site else 'cast(null as string)' }}
{%- endmacro %}


{#- The site of the system that a column names; null for systems of no site. -#}
{% macro site_of_system(column) -%}
    {%- set sites = var('source_sites', {}) -%}
    {%- if sites -%}
case {{ column }}
    {%- for system in sites %}
    when '{{ system }}' then {{ source_site(system) }}
    {%- endfor %}
end
    {%- else -%}
{{ source_site('') }}
    {%- endif -%}
{%- endmacro %}
