-- A label is true when and only when a failure begins after feature_at and within the horizon; counted anew.
with labels as (
    select * from {{ ref('lbl_equipment__failure') }}
),

failures as (
    select * from {{ ref('fct_failure') }}
),

ahead as (
    select
        labels.equipment_id,
        labels.feature_at,
        min(failures.started_at) as next_at
    from labels
    inner join failures
        on labels.equipment_id = failures.equipment_id and labels.feature_at < failures.started_at
    group by labels.equipment_id, labels.feature_at
)

select labels.*
from labels
left join ahead on labels.equipment_id = ahead.equipment_id and labels.feature_at = ahead.feature_at
where
    coalesce(labels.is_failure_within_24h, false)
    <> coalesce(ahead.next_at <= labels.feature_at + interval 24 hour, false)
    or coalesce(labels.is_failure_within_72h, false)
    <> coalesce(ahead.next_at <= labels.feature_at + interval 72 hour, false)
    or coalesce(labels.is_failure_within_7d, false)
    <> coalesce(ahead.next_at <= labels.feature_at + interval 168 hour, false)
