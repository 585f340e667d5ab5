{%- set sources = {
    'signal_hour': ['fct_signal_hour_context', 'hour_at'],
    'inspection': ['fct_inspection', 'inspected_at'],
    'energy_hour': ['fct_energy_hour', 'hour_at'],
    'failure': ['fct_failure', 'started_at'],
    'vibration_snapshot': ['fct_vibration_snapshot', 'taken_at'],
} %}
{%- set known = ['equipment', 'order', 'material', 'batch', 'shift', 'state'] %}

with orders as (
    select
        order_id,
        batch_no
    from {{ ref('dim_order') }}
),

counted as (
    {%- for source, place in sources.items() %}
    {{ 'union all' if not loop.first }}
    select
        '{{ source }}' as source_name,
        facts.site_code,
        cast(facts.{{ place[1] }} as date) as event_date,
        count(*) as row_count,
        count(facts.equipment_id) as equipment_count,
        count(facts.order_id) as order_count,
        count(facts.material_id) as material_count,
        count(orders.batch_no) as batch_count,
        count(facts.shift_id) as shift_count,
        count(facts.state) as state_count
    from {{ ref(place[0]) }} as facts
    left join orders on facts.order_id = orders.order_id
    group by facts.site_code, cast(facts.{{ place[1] }} as date)
    {%- endfor %}
    union all
    select
        'signal_minute' as source_name,
        days.site_code,
        days.event_date,
        cast(sum(days.row_count) as bigint) as row_count,
        cast(sum(days.equipment_count) as bigint) as equipment_count,
        cast(sum(days.order_count) as bigint) as order_count,
        cast(sum(days.material_count) as bigint) as material_count,
        cast(sum(case when orders.batch_no is not null then days.row_count else 0 end) as bigint)
            as batch_count,
        cast(sum(days.shift_count) as bigint) as shift_count,
        cast(sum(days.state_count) as bigint) as state_count
    from {{ ref('fct_signal_coverage_day') }} as days
    left join orders on days.order_id = orders.order_id
    group by days.site_code, days.event_date
)

select
    source_name,
    site_code,
    event_date,
    {%- for thing in known %}
    {{ thing }}_count,
    1e2 * {{ ratio(thing ~ '_count', 'row_count') }} as {{ thing }}_pct,
    {%- endfor %}
    row_count
from counted
