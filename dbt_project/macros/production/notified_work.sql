{#-
    Columns of a maintenance order that a notification with a time of work stands for, where a plant reports on it alone;
    `cost` is its cost, `changed_at` how new the row is.
-#}
{% macro notified_work_columns(cost='null', changed_at='_source_ingested_at') -%}
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
    cast({{ cost }} as decimal(18, 4)) as actual_cost,
    {{ changed_at }} as _source_ingested_at
{%- endmacro %}
