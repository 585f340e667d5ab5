{#- The comparisons of the section `production` of plant.yml, as rows; none is an empty relation of the same columns. -#}
{% macro interventions() -%}
    {%- set listed = production_parameter('interventions') or [] -%}
    {%- for each in listed or [{}] %}
    {{ 'union all' if not loop.first }}
    select
        cast('{{ each.site_code }}' as string) as site_code,
        cast('{{ each.line }}' as string) as line,
        cast('{{ each.code }}' as string) as comparison_code,
        {%- for day in ['baseline_from', 'baseline_to', 'changed_from', 'changed_to'] %}
        cast({{ "'" ~ each[day] ~ "'" if each else 'null' }} as date) as {{ day }}{{ ',' if not loop.last }}
        {%- endfor %}
    {{ 'where 1 = 0' if not each }}
    {%- endfor %}
{%- endmacro %}


{#-
    CTE `comparisons`: a line's weeks and months against those before, and the interventions of the plant. All days inclusive.
    `losses` is a relation with site_code, line and production_day.
-#}
{% macro comparisons(losses) -%}
steps as (
    {%- for step in ['week', 'month'] %}
    {{ 'union all' if not loop.first }}
    select distinct
        site_code,
        line,
        '{{ step }}' as comparison,
        cast(date_trunc('{{ step }}', production_day) as date) as changed_from,
        cast(date_trunc('{{ step }}', production_day) - interval 1 {{ step }} as date) as baseline_from,
        cast(date_trunc('{{ step }}', production_day) + interval 1 {{ step }} - interval 1 day as date) as changed_to
    from {{ losses }}
    {%- endfor %}
),

comparisons as (
    select
        site_code,
        line,
        comparison,
        cast(changed_from as string) as comparison_code,
        baseline_from,
        cast(changed_from - interval 1 day as date) as baseline_to,
        changed_from,
        changed_to
    from steps
    union all
    select
        site_code,
        line,
        'intervention' as comparison,
        comparison_code,
        baseline_from,
        baseline_to,
        changed_from,
        changed_to
    from ({{ interventions() }}) as listed
)
{%- endmacro %}


{#-
    Two-sided 95 % quantile of Student's t for v degrees of freedom by the asymptotic expansion 26.7.5 of Abramowitz and Stegun,
    Handbook of Mathematical Functions, around x = 1.959964. Low by 0.8 % at v = 2, by 0.03 % at v = 4.
-#}
{% macro t_quantile_95(v) -%}
    {%- set x = 1.959963984540054 -%}
    {%- set terms = [
        (x ** 3 + x) / 4,
        (5 * x ** 5 + 16 * x ** 3 + 3 * x) / 96,
        (3 * x ** 7 + 19 * x ** 5 + 17 * x ** 3 - 15 * x) / 384,
        (79 * x ** 9 + 776 * x ** 7 + 1482 * x ** 5 - 1920 * x ** 3 - 945 * x) / 92160,
    ] -%}
    ({{ x }}e0{% for term in terms %} + {{ term }}e0 / power({{ v }}, {{ loop.index }}){% endfor %})
{%- endmacro %}
