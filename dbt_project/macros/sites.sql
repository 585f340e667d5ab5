{#- The plant's sites, as orchestration passes them in `var('sites')`, as a select. -#}
{% macro site_rows() -%}
    {%- for site in var('sites') %}
{{ 'union all' if not loop.first }}
select
    '{{ site.site_code }}' as site_code,
    '{{ site.name | replace("'", "''") }}' as site_name,
    '{{ var("enterprise") | replace("'", "''") }}' as enterprise,
    '{{ site.timezone }}' as timezone,
    '{{ site.currency }}' as currency,
    '{{ site.country }}' as country
    {%- else %}
select
    cast(null as string) as site_code, cast(null as string) as site_name, cast(null as string) as enterprise,
    cast(null as string) as timezone, cast(null as string) as currency, cast(null as string) as country
where false
    {%- endfor %}
{%- endmacro %}
