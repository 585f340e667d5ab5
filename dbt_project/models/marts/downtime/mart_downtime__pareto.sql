with intervals as (
    select * from {{ ref('fct_state_interval') }}
    where time_element in ('aust', 'adet', 'adot', 'pdt')
),

equipment as (
    select * from {{ ref('dim_equipment') }}
),

reasons as (
    select * from {{ ref('dim_reason') }}
),

summed as (
    select
        intervals.site_code,
        equipment.area,
        equipment.line,
        intervals.time_element,
        coalesce(intervals.reason_id, 'unknown') as reason_id,
        sum(intervals.duration_s) as duration_s,
        sum(case when intervals.is_state_start then 1 else 0 end) as stop_count,
        count(distinct intervals.equipment_id) as equipment_count
    from intervals
    left join equipment on intervals.equipment_key = equipment.equipment_key
    group by 1, 2, 3, 4, 5
),

ranked as (
    select
        *,
        row_number() over (
            partition by site_code, line order by duration_s desc, reason_id asc, time_element asc
        ) as duration_rank,
        sum(duration_s) over (
            partition by site_code, line order by duration_s desc, reason_id asc, time_element asc
            rows between unbounded preceding and current row
        ) as cumulative_s,
        sum(duration_s) over (partition by site_code, line) as line_s
    from summed
),

described as (
    select
        ranked.site_code,
        ranked.area,
        ranked.line,
        ranked.reason_id,
        coalesce(reasons.reason_name, 'Unknown') as reason_name,
        reasons.reason_path,
        reasons.loss_category,
        ranked.time_element,
        ranked.duration_s,
        cast(ranked.stop_count as bigint) as stop_count,
        ranked.equipment_count,
        {{ ratio('ranked.duration_s', 'ranked.stop_count') }} as mean_stop_s,
        ranked.duration_rank,
        {{ ratio('ranked.duration_s', 'ranked.line_s') }} as duration_share,
        {{ ratio('ranked.cumulative_s', 'ranked.line_s') }} as cumulative_share
    from ranked
    left join reasons on ranked.reason_id = reasons.reason_id
)

select * from described
