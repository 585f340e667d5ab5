with failures as (
    select * from {{ ref('fct_failure') }}
),

modes as (
    select
        site_code,
        coalesce(failure_mode_code, 'NONE') as failure_mode_code,
        min(failure_text) as failure_text,
        count(*) as failure_count,
        count(distinct equipment_id) as equipment_count,
        count(case when is_censored then 1 end) as open_failure_count,
        coalesce(sum(repair_s), 0) as repair_s
    from failures
    group by site_code, coalesce(failure_mode_code, 'NONE')
)

select
    site_code,
    failure_mode_code,
    failure_text,
    failure_count,
    equipment_count,
    open_failure_count,
    repair_s,
    row_number() over ranked as pareto_rank,
    100 * {{ ratio('repair_s', 'sum(repair_s) over (partition by site_code)') }} as repair_pct,
    100 * {{ ratio('sum(repair_s) over ranked', 'sum(repair_s) over (partition by site_code)') }}
        as cumulative_pct
from modes
window ranked as (
    partition by site_code
    order by repair_s desc, failure_mode_code asc
    rows between unbounded preceding and current row
)
