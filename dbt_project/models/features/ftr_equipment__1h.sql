{{ config(
    materialized='incremental',
    incremental_strategy='replaced_window',
    unique_key=['equipment_id', 'feature_at'],
    on_schema_change='fail',
    meta={'windows_of': 'ftr_equipment__hour'}
) }}
{%- set hour_us, day_h = 3600000000, 24 %}

{#- What one row shows by itself: where it is not what this table holds, its hour is to be computed anew. -#}
{%- set shown %}
    equipment_id, site_code, hour_at, feature_at, {{ feature_sums() | join('_1h, ') }}_1h, vibration_kurtosis_max_24h,
    vibration_crest_factor_max_24h, hours_since_failure, hours_since_maintenance, is_down, is_failure_within_24h,
    is_failure_within_72h, is_failure_within_7d
{%- endset %}
{%- set dictionary %}
    select max(_source_ingested_at) as _source_ingested_at from {{ ref('dim_signal') }}
{%- endset %}
{%- set touched %}
    select equipment_id, hour_at
    from (select {{ shown }} from {{ ref('ftr_equipment__hour') }} except select {{ shown }} from {{ this }}) as to_come
    union
    select equipment_id, hour_at
    from (select {{ shown }} from {{ this }} except select {{ shown }} from {{ ref('ftr_equipment__hour') }}) as to_go
    union
    select equipment_id, hour_at
    from {{ ref('fct_signal_hour') }}
    where equipment_id is not null and _source_ingested_at > {{ newest_source_ingested_at(this) }}
    union
    select hours.equipment_id, hours.hour_at
    from {{ ref('ftr_equipment__hour') }} as hours
    cross join ({{ dictionary }}) as dictionary
    where dictionary._source_ingested_at > {{ newest_source_ingested_at(this) }}
{%- endset %}
{%- set since_at = seconds_after(utc_literal(earliest(touched, 'hour_at')), -3600 * (day_h - 1)) %}

with observed as (
    select * from {{ ref('ftr_equipment__hour') }}
    {%- if is_incremental() %}
    where hour_at >= {{ since_at }}
    {%- endif %}
),
{% if is_incremental() %}
-- A row holds the last day of its equipment.
touched as (
    select
        equipment_id,
        {{ each_from_to(
            window_no(micros('hour_at'), hour_us), window_no(micros('hour_at'), hour_us) ~ ' + ' ~ (day_h - 1)
        ) }} as hour_no
    from ({{ touched }}) as touched_hours
),
{% endif %}
dictionary as (
    {{ dictionary }}
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
        hours.held_max_value,
        hours._source_ingested_at
    from {{ ref('fct_signal_hour') }} as hours
    inner join {{ ref('dim_signal') }} as signals on hours.signal_key = signals.signal_key
    {%- if is_incremental() %}
    where hours.hour_at >= {{ since_at }}
    {%- endif %}
),

signal_hours as (
    select
        equipment_id,
        hour_at,
        {{ signal_hour_sums() }},
        max(_source_ingested_at) as _source_ingested_at
    from measured
    group by equipment_id, hour_at
),

windowed as (
    select
        observed.*,
        {{ signal_features() }},
        {{ state_features() }},
        greatest(max(signal_hours._source_ingested_at) over day, dictionary._source_ingested_at)
            as _source_ingested_at
    from observed
    cross join dictionary
    left join signal_hours
        on observed.equipment_id = signal_hours.equipment_id and observed.hour_at = signal_hours.hour_at
    window day as (
        partition by observed.equipment_id
        order by observed.hour_at
        range between interval 23 hour preceding and current row
    )
)

select * from windowed
{%- if is_incremental() %}
where (equipment_id, {{ window_no(micros('hour_at'), hour_us) }}) in (select * from touched)
{%- endif %}
