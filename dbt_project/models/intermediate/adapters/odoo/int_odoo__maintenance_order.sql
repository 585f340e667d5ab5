-- Odoo has no orders beside requests: one with a time of work stands for its order.
select
    {{ notified_work_columns() }}
from {{ ref('int_odoo__maintenance_notification') }}
where malfunction_started_at is not null
