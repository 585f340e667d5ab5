with orders as (
    select * from {{ ref('fct_production_order') }}
),

materials as (
    select * from {{ ref('dim_material') }}
),

-- Order execution time (AOET): from first start to last end of its operations, with transport and queues.
executed as (
    select
        order_id,
        {{ seconds_between('min(actual_started_at)', 'max(actual_ended_at)') }} as execution_s
    from {{ ref('fct_operation') }}
    group by order_id
),

described as (
    select
        orders.order_id,
        orders.site_code,
        orders.material_id,
        materials.material_name,
        orders.ordered_qty,
        orders.received_qty,
        orders.scrapped_qty,
        orders.quantity_unit,
        orders.planned_start_date,
        orders.actual_start_date,
        orders.actual_end_date,
        orders.due_date,
        orders.is_finished,
        orders.late_days,
        orders.is_late,
        {{ ratio('orders.received_qty', 'orders.ordered_qty') }} as quantity_adherence,
        {{ days_between('orders.planned_start_date', 'orders.actual_start_date') }}
            as start_delay_days,
        {{ days_between('orders.planned_start_date', 'orders.due_date') }} as planned_lead_days,
        {{ days_between('orders.actual_start_date', 'orders.actual_end_date') }} as lead_days,
        case when orders.is_finished then executed.execution_s end as execution_s,
        case
            when orders.is_finished then {{ ratio('3600 * orders.received_qty', 'executed.execution_s') }}
        end as throughput_per_h
    from orders
    left join executed on orders.order_id = executed.order_id
    left join materials on orders.material_id = materials.material_id
)

select * from described
