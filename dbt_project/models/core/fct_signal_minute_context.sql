{{ config(materialized='view', meta={'release': 'none'}) }}

with minutes as (
    select * from {{ ref('fct_signal_minute') }}
),

context as (
    select * from {{ ref('fct_equipment_minute') }}
),

orders as (
    select * from {{ ref('dim_order') }}
)

select
    minutes.signal_key,
    minutes.signal_id,
    minutes.site_code,
    minutes.equipment_id,
    minutes.minute_at,
    minutes.mean_value,
    minutes.min_value,
    minutes.max_value,
    minutes.good_s,
    context.production_day,
    context.shift_id,
    context.state,
    context.time_element,
    context.order_id,
    context.operation_id,
    context.material_id,
    orders.batch_no,
    context.interval_started_at
from minutes
left join context
    on minutes.equipment_id = context.equipment_id and minutes.minute_at = context.minute_at
left join orders on context.order_id = orders.order_id
