with notifications as (
    select * from {{ ref('stg_sap_ecc__qmel') }}
),

malfunctions as (
    select * from {{ ref('stg_sap_ecc__qmih') }}
),

equipment as (
    select distinct
        site_code,
        equipment_id,
        erp_equipment_code
    from {{ ref('int_master__equipment') }}
)

select
    equipment.site_code,
    {{ site_id('equipment.site_code', 'malfunctions.notification_no') }} as notification_id,
    malfunctions.notification_no,
    equipment.equipment_id,
    {{ site_id('equipment.site_code', 'notifications.order_no') }} as maintenance_order_id,
    notifications.notification_type,
    notifications.notification_text,
    notifications.priority,
    notifications.notification_date,
    notifications.completed_date,
    malfunctions.is_breakdown,
    malfunctions.malfunction_started_at,
    malfunctions.malfunction_ended_at,
    malfunctions.failure_mode_code,
    greatest(malfunctions._ingested_at, notifications._ingested_at) as _source_ingested_at
from malfunctions
-- The header and the malfunction part travel in two files: one of them late does not hide a breakdown.
left join notifications
    on
        malfunctions.client = notifications.client
        and malfunctions.notification_no = notifications.notification_no
inner join equipment on malfunctions.erp_equipment_code = equipment.erp_equipment_code
