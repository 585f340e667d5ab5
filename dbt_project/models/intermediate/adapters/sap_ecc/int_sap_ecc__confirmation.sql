with confirmations as (
    select
        *,
        site_code || '-' || confirmation_no || '-' as id_prefix,
        {{ strip_zeros('cancelled_counter') }} is not null as is_cancelling
    from {{ ref('stg_sap_ecc__afru') }}
),

work_centres as (
    select * from {{ ref('int_sap_ecc__work_centre') }}
),

identified as (
    select
        confirmations.id_prefix || confirmations.confirmation_counter as confirmation_id,
        confirmations.site_code,
        {{ site_id('confirmations.site_code', 'confirmations.order_no') }} as order_id,
        confirmations.site_code || '-' || confirmations.order_no || '-' || confirmations.operation_no
            as operation_id,
        confirmations.operation_no,
        work_centres.work_centre_id,
        confirmations.posting_date,
        confirmations.started_at,
        confirmations.ended_at,
        confirmations.quantity_unit,
        confirmations.yield_qty,
        confirmations.scrap_qty,
        confirmations.rework_qty,
        {{ site_id('confirmations.site_code', 'confirmations.reason_code') }} as scrap_reason_id,
        confirmations.setup_s,
        confirmations.run_s,
        confirmations.is_cancelled,
        case
            when confirmations.is_cancelling then confirmations.id_prefix || confirmations.cancelled_counter
        end as cancels_confirmation_id,
        confirmations._ingested_at as _source_ingested_at
    from confirmations
    left join work_centres
        on
            confirmations.client = work_centres.client
            and confirmations.work_centre_object_no = work_centres.work_centre_object_no
)

select * from identified
