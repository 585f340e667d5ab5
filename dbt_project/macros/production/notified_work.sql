{#- Columns of a maintenance order that a notification with a time of work stands for, where a plant reports on it alone. -#}
{% macro notified_work_columns() -%}
site_code,
    notification_id as maintenance_order_id,
    null as maintenance_order_no,
    equipment_id,
    notification_id,
    notification_type as order_type,
    notification_text as order_text,
    is_breakdown as is_corrective,
    notification_date as created_date,
    malfunction_started_at as started_at,
    malfunction_ended_at as ended_at,
    cast(null as decimal(18, 4)) as actual_cost,
    _source_ingested_at
{%- endmacro %}
