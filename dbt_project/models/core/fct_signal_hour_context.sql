{{ config(materialized='view', meta={'release': 'none'}) }}

with hours as (
    select * from {{ ref('fct_signal_hour') }}
),

context as (
    select * from {{ ref('fct_equipment_minute') }}
),

orders as (
    select * from {{ ref('dim_order') }}
)

select
    hours.signal_key,
    hours.signal_id,
    hours.site_code,
    hours.equipment_id,
    hours.hour_at,
    hours.mean_value,
    hours.min_value,
    hours.max_value,
    hours.good_s,
    context.production_day,
    context.shift_id,
    context.state,
    context.time_element,
    context.order_id,
    context.operation_id,
    context.material_id,
    orders.batch_no,
    context.interval_started_at
from hours
left join context
    on hours.equipment_id = context.equipment_id and hours.hour_at = context.minute_at
left join orders on context.order_id = orders.order_id
