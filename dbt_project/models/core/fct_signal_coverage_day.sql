{{ config(
    materialized='incremental',
    incremental_strategy='replaced_window',
    unique_key=['site_code', 'event_date'],
    on_schema_change='fail',
    meta={'release': 'none'}
) }}

{%- set dictionary %}
    select max(_source_ingested_at) as _source_ingested_at from {{ ref('dim_signal') }}
{%- endset %}
{%- set touched %}
    select
        hours.site_code,
        cast(hours.hour_at as date) as event_date
    from {{ ref('fct_signal_hour') }} as hours
    cross join ({{ dictionary }}) as dictionary
    where
        greatest(hours._source_ingested_at, dictionary._source_ingested_at)
        > {{ newest_source_ingested_at(this) }}
    union
    select
        site_code,
        cast(hour_at as date) as event_date
    from {{ ref('int_production__touched_hour') }}
    where _source_ingested_at > {{ newest_source_ingested_at(this) }}
{%- endset %}
{%- set since_at = earliest(touched, 'cast(event_date as timestamp)') %}

with minutes as (
    select
        *,
        cast(minute_at as date) as event_date
    from {{ ref('fct_signal_minute') }}
    {%- if is_incremental() %}
    where minute_at >= {{ utc_literal(since_at) }}
    {%- endif %}
),

context as (
    select * from {{ ref('fct_equipment_minute') }}
    {%- if is_incremental() %}
    where minute_at >= {{ utc_literal(since_at) }}
    {%- endif %}
),

dictionary as (
    {{ dictionary }}
),
{% if is_incremental() %}
touched as (
    {{ touched }}
),
{% endif %}
counted as (
    select
        minutes.site_code,
        minutes.event_date,
        context.order_id,
        count(*) as row_count,
        count(minutes.equipment_id) as equipment_count,
        count(context.order_id) as order_count,
        count(context.material_id) as material_count,
        count(context.shift_id) as shift_count,
        count(context.state) as state_count,
        max(greatest(
            minutes._source_ingested_at, context._source_ingested_at, dictionary._source_ingested_at
        )) as _source_ingested_at
    from minutes
    cross join dictionary
    left join context
        on minutes.equipment_id = context.equipment_id and minutes.minute_at = context.minute_at
    {%- if is_incremental() %}
    where (minutes.site_code, minutes.event_date) in (select * from touched)
    {%- endif %}
    group by minutes.site_code, minutes.event_date, context.order_id
)

select * from counted
