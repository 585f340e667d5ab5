-- Odoo has no orders beside requests: one with a time of work stands for its order.
-- Cost is below zero in the entries of a request.
with notifications as (
    select * from {{ ref('int_odoo__maintenance_notification') }}
    where malfunction_started_at is not null
),

costs as (
    select
        cast(maintenance_request_id as string) as request_no,
        sum(amount) * -1 as actual_cost,
        max(_ingested_at) as _ingested_at
    from {{ ref('stg_odoo__account_analytic_line') }}
    where maintenance_request_id is not null
    group by maintenance_request_id
)

select
    {{ notified_work_columns(
        'costs.actual_cost', 'greatest(notifications._source_ingested_at, costs._ingested_at)'
    ) }}
from notifications
left join costs on notifications.notification_no = costs.request_no
