-- No feature row knows more than there was: its last day of values lies within hours that were over by
-- feature_at, its failures and maintenance lie behind it, and its hour ends with it.
with features as (
    select
        *,
        {{ day_of('feature_at') }} as day_no
    from {{ ref('ftr_equipment__1h') }}
),

vibration_hours as (
    select
        hours.equipment_id,
        hours.hour_at + interval 1 hour as known_at,
        -- the day in which the hour is over, and the one after it: no later row holds it
        {{ each_from_to(
            day_of('hours.hour_at + interval 1 hour'), day_of('hours.hour_at + interval 25 hour')
        ) }} as day_no,
        hours.held_min_value,
        hours.held_max_value
    from {{ ref('fct_signal_hour') }} as hours
    inner join {{ ref('dim_signal') }} as signals on hours.signal_key = signals.signal_key
    where signals.measurement = 'vibration_rms'
),

known as (
    select
        features.equipment_id,
        features.feature_at,
        min(vibration_hours.held_min_value) as min_value,
        max(vibration_hours.held_max_value) as max_value
    from features
    inner join vibration_hours
        on
            features.equipment_id = vibration_hours.equipment_id
            and features.day_no = vibration_hours.day_no
            and features.feature_at >= vibration_hours.known_at
            and features.feature_at - interval 24 hour < vibration_hours.known_at
    group by features.equipment_id, features.feature_at
)

select features.*
from features
left join known on features.equipment_id = known.equipment_id and features.feature_at = known.feature_at
where
    features.feature_at <> features.hour_at + interval 1 hour
    or features.hours_since_failure <= 0
    or features.hours_since_maintenance <= 0
    or features.vibration_rms_min_24h is distinct from known.min_value
    or features.vibration_rms_max_24h is distinct from known.max_value
