{{ config(meta={'release': 'none'}) }}

with labels as (
    select * from {{ ref('lbl_equipment__failure') }}
),

-- Hours in the order of time with what is over by then: what happens at feature_at comes after it.
timeline as (
    select
        equipment_id,
        feature_at as instant_at,
        0 as sequence,
        {{ no_instant() }} as failed_at,
        {{ no_instant() }} as maintained_at
    from labels
    union all
    select
        equipment_id,
        started_at as instant_at,
        1 as sequence,
        started_at as failed_at,
        {{ no_instant() }} as maintained_at
    from {{ ref('fct_failure') }}
    union all
    select
        equipment_id,
        ended_at as instant_at,
        1 as sequence,
        {{ no_instant() }} as failed_at,
        ended_at as maintained_at
    from {{ ref('fct_state_interval') }}
    where is_corrective_maintenance or is_preventive_maintenance
),

lasts as (
    select
        equipment_id,
        instant_at,
        sequence,
        max(failed_at) over before as last_failed_at,
        max(maintained_at) over before as last_maintained_at
    from timeline
    window before as (
        partition by equipment_id
        order by instant_at, sequence rows between unbounded preceding and current row
    )
),

snapshot_hours as (
    select
        equipment_id,
        {{ utc_hour('taken_at') }} as hour_at,
        max(kurtosis) as kurtosis,
        max(crest_factor) as crest_factor
    from {{ ref('fct_vibration_snapshot') }}
    group by equipment_id, {{ utc_hour('taken_at') }}
)

select
    labels.equipment_id,
    labels.site_code,
    labels.hour_at,
    labels.feature_at,
    {%- for column in feature_sums() %}
    hours.{{ column }} as {{ column }}_1h,
    {%- endfor %}
    max(snapshot_hours.kurtosis) over day as vibration_kurtosis_max_24h,
    max(snapshot_hours.crest_factor) over day as vibration_crest_factor_max_24h,
    {{ seconds_between('lasts.last_failed_at', 'labels.feature_at') }} / 3600 as hours_since_failure,
    {{ seconds_between('lasts.last_maintained_at', 'labels.feature_at') }} / 3600 as hours_since_maintenance,
    labels.is_down,
    labels.is_failure_within_24h,
    labels.is_failure_within_72h,
    labels.is_failure_within_7d
from labels
inner join lasts
    on
        labels.equipment_id = lasts.equipment_id
        and labels.feature_at = lasts.instant_at
        and lasts.sequence = 0
left join {{ ref('fct_equipment_hour') }} as hours
    on labels.equipment_id = hours.equipment_id and labels.hour_at = hours.hour_at
left join snapshot_hours
    on labels.equipment_id = snapshot_hours.equipment_id and labels.hour_at = snapshot_hours.hour_at
window day as (
    partition by labels.equipment_id
    order by labels.hour_at
    range between interval 23 hour preceding and current row
)
