{#-
    Staging of states whose former versions count too: one body for the table and for its history.
-#}
{% macro canonical_machine_state(relation) -%}
with source as (
    select * from {{ relation }}
),

renamed as (
    select
        site_code,
        event_no,
        equipment_code,
        changed_at,
        ended_at,
        state,
        mode,
        coalesce(reports_orders, true) as reports_orders,
        {{ strip_zeros('order_no') }} as order_no,
        operation_no,
        {{ strip_zeros('material_id') }} as material_id,
        coalesce(is_deleted, false) as is_deleted,
        _ingested_at
    from source
)

select * from renamed
{%- endmacro %}


{% macro mes_machine_states(relation) -%}
with source as (
    select * from {{ relation }}
),

renamed as (
    select
        event_id,
        machine as equipment_code,
        changed_at,
        state,
        order_no,
        operation_no,
        material_no as material_id,
        _ingested_at
    from source
)

select * from renamed
{%- endmacro %}


{% macro mes_event_log_reports(relation) -%}
with source as (
    select * from {{ relation }}
),

renamed as (
    select
        replace(case_id, 'Case', '') as order_no,
        event_no,
        part as material_id,
        order_qty,
        activity as operation_no,
        machine as equipment_code,
        worker_code as employee_code,
        report_type,
        completed_qty,
        mrb_qty,
        coalesce(is_rework, false) as is_rework,
        60 * duration_min as duration_s,
        {{ instant(micros('completed_at') ~ ' - cast(6e7 * duration_min as bigint)') }} as started_at,
        completed_at as ended_at,
        _ingested_at
    from source
)

select * from renamed
{%- endmacro %}
