{%- set ratios = {
    'oee': ['planned_run_good_s', 'pbt_s'], 'availability': ['apt_s', 'pbt_s'],
    'effectiveness': ['planned_run_s', 'apt_s'], 'quality_ratio': ['good_qty', 'produced_qty'],
} %}
{%- set sides = ['baseline', 'changed'] %}

with listed as (
    {{ interventions() }}
),

elements as (
    select * from {{ ref('fct_time_element') }}
),

equipment as (
    select * from {{ ref('dim_equipment') }}
),

days as (
    select
        equipment.site_code,
        equipment.line,
        elements.production_day,
        {{ sum_elements() }}
    from elements
    inner join equipment on elements.equipment_key = equipment.equipment_key
    group by 1, 2, 3
),

observed as (
    {%- for side in sides %}
    {%- set last_side = loop.last %}
    {%- for kpi, terms in ratios.items() %}
    select
        listed.comparison_code,
        '{{ side }}' as side,
        '{{ kpi }}' as kpi_code,
        cast(days.{{ terms[0] }} as double) as part,
        cast(days.{{ terms[1] }} as double) as base
    from listed
    inner join days
        on
            listed.site_code = days.site_code
            and listed.line = days.line
            and days.production_day between listed.{{ side }}_from and listed.{{ side }}_to
            and days.{{ terms[1] }} > 0
    {{ 'union all' if not (last_side and loop.last) }}
    {%- endfor %}
    {%- endfor %}
),

rated as (
    select
        *,
        sum(part) over side_of_kpi / sum(base) over side_of_kpi as kpi_ratio
    from observed
    window side_of_kpi as (partition by comparison_code, kpi_code, side)
),

-- Variance of a ratio of sums over n days: n / (n - 1) * sum((part - ratio * base)^2) / sum(base)^2 (Cochran,
-- Sampling Techniques, 3rd ed., chapter 6, without the correction for a finite population).
estimated as (
    select
        comparison_code,
        kpi_code,
        side,
        count(*) as day_count,
        max(kpi_ratio) as kpi_ratio,
        {{ ratio('count(*)', '(count(*) - 1)') }} * sum(power(part - kpi_ratio * base, 2))
        / power(sum(base), 2) as ratio_variance
    from rated
    group by comparison_code, kpi_code, side
),

compared as (
    select
        {%- for side in sides %}
        coalesce(max(case when side = '{{ side }}' then day_count end), 0) as {{ side }}_days,
        max(case when side = '{{ side }}' then kpi_ratio end) as {{ side }}_value,
        max(case when side = '{{ side }}' then ratio_variance end) as {{ side }}_variance,
        {%- endfor %}
        comparison_code,
        kpi_code
    from estimated
    group by comparison_code, kpi_code
),

-- Welch and Satterthwaite: two sides of unlike variance. Fewer than three days on a side bear no interval.
freed as (
    select
        *,
        changed_value - baseline_value as difference,
        sqrt(baseline_variance + changed_variance) as standard_error,
        case when baseline_days > 2 and changed_days > 2 then {{ ratio(
            'power(baseline_variance + changed_variance, 2)',
            '(power(baseline_variance, 2) / (baseline_days - 1) + power(changed_variance, 2) / (changed_days - 1))'
        ) }} end as degrees_of_freedom
    from compared
)

select
    listed.site_code,
    listed.line,
    freed.comparison_code,
    listed.baseline_from,
    listed.baseline_to,
    listed.changed_from,
    listed.changed_to,
    freed.kpi_code,
    {%- for name in ['baseline_days', 'changed_days', 'baseline_value', 'changed_value', 'difference'] %}
    freed.{{ name }},
    {%- endfor %}
    freed.standard_error,
    freed.degrees_of_freedom,
    freed.difference - freed.standard_error * {{ t_quantile_95('freed.degrees_of_freedom') }}
        as difference_lower,
    freed.difference + freed.standard_error * {{ t_quantile_95('freed.degrees_of_freedom') }}
        as difference_upper
from freed
inner join listed on freed.comparison_code = listed.comparison_code
