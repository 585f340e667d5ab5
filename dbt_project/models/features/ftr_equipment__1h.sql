with labels as (
    select * from {{ ref('lbl_equipment__failure') }}
),

failures as (
    select * from {{ ref('fct_failure') }}
),

-- Held aggregates only: a line to a reading after the hour would look into the future.
measured as (
    select
        hours.equipment_id,
        hours.hour_at,
        signals.measurement,
        hours.good_s,
        hours.held_mean_value * hours.good_s as area,
        (power(hours.held_std_value, 2) + power(hours.held_mean_value, 2)) * hours.good_s as square_area,
        hours.held_min_value,
        hours.held_max_value
    from {{ ref('fct_signal_hour') }} as hours
    inner join {{ ref('dim_signal') }} as signals on hours.signal_key = signals.signal_key
),

signal_hours as (
    select
        equipment_id,
        hour_at,
        {{ signal_hour_sums() }}
    from measured
    group by equipment_id, hour_at
),

snapshot_hours as (
    select
        equipment_id,
        {{ utc_hour('taken_at') }} as hour_at,
        max(kurtosis) as kurtosis,
        max(crest_factor) as crest_factor
    from {{ ref('fct_vibration_snapshot') }}
    group by equipment_id, {{ utc_hour('taken_at') }}
),

maintained as (
    select * from {{ ref('fct_state_interval') }}
    where is_corrective_maintenance or is_preventive_maintenance
),

last_failures as (
    select
        labels.equipment_id,
        labels.feature_at,
        max(failures.started_at) as last_at
    from labels
    inner join failures
        on labels.equipment_id = failures.equipment_id and labels.feature_at > failures.started_at
    group by labels.equipment_id, labels.feature_at
),

last_maintenance as (
    select
        labels.equipment_id,
        labels.feature_at,
        max(maintained.ended_at) as last_at
    from labels
    inner join maintained
        on labels.equipment_id = maintained.equipment_id and labels.feature_at > maintained.ended_at
    group by labels.equipment_id, labels.feature_at
)

select
    labels.equipment_id,
    labels.site_code,
    labels.hour_at,
    labels.feature_at,
    {{ signal_features() }},
    max(snapshot_hours.kurtosis) over day as vibration_kurtosis_max_24h,
    max(snapshot_hours.crest_factor) over day as vibration_crest_factor_max_24h,
    {{ state_features() }},
    {{ seconds_between('last_failures.last_at', 'labels.feature_at') }} / 3600 as hours_since_failure,
    {{ seconds_between('last_maintenance.last_at', 'labels.feature_at') }} / 3600 as hours_since_maintenance,
    labels.is_down,
    labels.is_failure_within_24h,
    labels.is_failure_within_72h,
    labels.is_failure_within_7d
from labels
left join signal_hours
    on labels.equipment_id = signal_hours.equipment_id and labels.hour_at = signal_hours.hour_at
left join {{ ref('fct_equipment_hour') }} as hours
    on labels.equipment_id = hours.equipment_id and labels.hour_at = hours.hour_at
left join snapshot_hours
    on labels.equipment_id = snapshot_hours.equipment_id and labels.hour_at = snapshot_hours.hour_at
left join last_failures
    on labels.equipment_id = last_failures.equipment_id and labels.feature_at = last_failures.feature_at
left join last_maintenance
    on labels.equipment_id = last_maintenance.equipment_id and labels.feature_at = last_maintenance.feature_at
window day as (
    partition by labels.equipment_id
    order by labels.hour_at
    range between interval 23 hour preceding and current row
)
