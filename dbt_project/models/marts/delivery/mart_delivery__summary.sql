with orders as (
    select * from {{ ref('fct_production_order') }}
),

summed as (
    select
        site_code,
        cast(extract(year from coalesce(actual_start_date, planned_start_date)) as integer) as start_year,
        count(*) as order_count,
        sum(case when is_finished then 1 else 0 end) as finished_order_count,
        sum(case when is_late then 1 else 0 end) as late_order_count,
        sum(case when is_late then late_days else 0 end) as late_days,
        sum(case when scrapped_qty > 0 then 1 else 0 end) as scrapped_order_count,
        sum({{ days_between('actual_start_date', 'actual_end_date') }}) as lead_days,
        count({{ days_between('actual_start_date', 'actual_end_date') }}) as timed_order_count,
        sum(ordered_qty) as ordered_qty,
        sum(received_qty) as received_qty,
        sum(scrapped_qty) as scrapped_qty
    from orders
    group by 1, 2
),

rated as (
    select
        site_code,
        start_year,
        order_count,
        cast(finished_order_count as bigint) as finished_order_count,
        cast(late_order_count as bigint) as late_order_count,
        cast(late_days as bigint) as late_days,
        cast(scrapped_order_count as bigint) as scrapped_order_count,
        cast(ordered_qty as decimal(18, 4)) as ordered_qty,
        cast(received_qty as decimal(18, 4)) as received_qty,
        cast(scrapped_qty as decimal(18, 4)) as scrapped_qty,
        {{ ratio('late_order_count', 'finished_order_count') }} as late_share,
        {{ ratio('finished_order_count - late_order_count', 'finished_order_count') }} as schedule_adherence,
        {{ ratio('lead_days', 'timed_order_count') }} as mean_lead_days,
        {{ ratio('scrapped_qty', 'ordered_qty') }} as scrap_ratio,
        {{ ratio('received_qty', 'ordered_qty') }} as quantity_adherence
    from summed
)

select * from rated
