{#- A parameter of the section `production` of plant.yml. -#}
{% macro production_parameter(name) -%}
    {{- return(var('production', {}).get(name, 0)) -}}
{%- endmacro %}


{#- Place of a system in the plant's order of belief; systems that it does not name come after those that it does. -#}
{% macro system_precedence(system) -%}
    {%- set systems = production_parameter('state_precedence') or [] -%}
case {{ system }}
    {%- for named in systems %} when '{{ named }}' then {{ loop.index }}{% endfor %} when '' then 0 else {{ systems | length + 1 }} end
{%- endmacro %}
