with reported as (
    select
        *,
        site_code || '-' || confirmation_no || '-' as id_prefix,
        case when {{ strip_zeros('cancelled_counter') }} is not null then cancelled_counter end
            as cancels_counter
    from {{ ref('stg_sap_ecc__afru') }}
),

-- the cancelled row gets its own mark only when it is exported again: the cancelling one says so at once
cancelled as (
    select distinct
        client,
        confirmation_no,
        cancels_counter
    from reported
    where cancels_counter is not null
),

headers as (
    select * from {{ ref('stg_sap_ecc__afko') }}
),

factors as (
    select * from {{ ref('int_sap_ecc__unit_factor') }}
),

work_centres as (
    select * from {{ ref('int_sap_ecc__work_centre') }}
),

identified as (
    select
        reported.id_prefix || reported.confirmation_counter as confirmation_id,
        reported.site_code,
        {{ site_id('reported.site_code', 'reported.order_no') }} as order_id,
        reported.site_code || '-' || reported.order_no || '-' || reported.operation_no as operation_id,
        reported.operation_no,
        work_centres.work_centre_id,
        reported.posting_date,
        reported.started_at,
        reported.ended_at,
        coalesce(factors.base_unit, reported.quantity_unit) as quantity_unit,
        {{ in_base_unit('reported.yield_qty', 'factors') }} as yield_qty,
        {{ in_base_unit('reported.scrap_qty', 'factors') }} as scrap_qty,
        {{ in_base_unit('reported.rework_qty', 'factors') }} as rework_qty,
        {{ site_id('reported.site_code', 'reported.employee_code') }} as employee_id,
        {{ site_id('reported.site_code', 'reported.reason_code') }} as scrap_reason_id,
        reported.setup_s,
        reported.run_s,
        reported.is_cancelled or cancelled.cancels_counter is not null as is_cancelled,
        reported.id_prefix || reported.cancels_counter as cancels_confirmation_id,
        greatest(reported._ingested_at, factors._ingested_at) as _source_ingested_at
    from reported
    left join cancelled
        on
            reported.client = cancelled.client
            and reported.confirmation_no = cancelled.confirmation_no
            and reported.confirmation_counter = cancelled.cancels_counter
    left join headers on reported.client = headers.client and reported.order_no = headers.order_no
    left join factors
        on
            headers.client = factors.client
            and headers.material_id = factors.material_id
            and reported.quantity_unit = factors.unit
    left join work_centres
        on
            reported.client = work_centres.client
            and reported.work_centre_object_no = work_centres.work_centre_object_no
)

select * from identified
