{%- set zone = "coalesce(sites.timezone, 'UTC')" %}
{%- set first_midnight = 'cast(operation_values.scheduled_start_date as timestamp)' %}
{%- set last_midnight = 'cast(operation_values.scheduled_end_date + 1 as timestamp)' %}

with operations as (
    select * from {{ ref('stg_sap_ecc__afvc') }}
),

operation_values as (
    select * from {{ ref('stg_sap_ecc__afvv') }}
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

sites as (
    select * from {{ ref('int_master__site') }}
),

identified as (
    select
        operations.site_code || '-' || headers.order_no || '-' || operations.operation_no as operation_id,
        {{ site_id('operations.site_code', 'headers.order_no') }} as order_id,
        operations.site_code,
        operations.operation_no,
        operations.operation_name,
        work_centres.work_centre_id,
        work_centres.work_centre_name,
        {{ in_base_unit('operation_values.planned_qty', 'factors') }} as planned_qty,
        {{ ratio(
            'operation_values.planned_run_s_per_base',
            '(operation_values.base_qty * coalesce(factors.base_per_unit, 1))'
        ) }} as pri_s,
        operation_values.planned_setup_s,
        null as planned_cost,
        null as actual_cost,
        null as actual_resource_h,
        -- the ERP schedules whole days: from the first midnight to the one after the last day
        {{ local_to_utc(first_midnight, zone) }} as scheduled_started_at,
        {{ local_to_utc(last_midnight, zone) }} as scheduled_ended_at,
        null as actual_started_at,
        null as actual_ended_at,
        greatest(
            operations._ingested_at, operation_values._ingested_at, factors._ingested_at
        ) as _source_ingested_at
    from operations
    inner join headers on operations.client = headers.client and operations.routing_no = headers.routing_no
    left join operation_values
        on
            operations.client = operation_values.client
            and operations.routing_no = operation_values.routing_no
            and operations.operation_counter = operation_values.operation_counter
    left join factors
        on
            headers.client = factors.client
            and headers.material_id = factors.material_id
            and operation_values.quantity_unit = factors.unit
    left join work_centres
        on
            operations.client = work_centres.client
            and operations.work_centre_object_no = work_centres.work_centre_object_no
    left join sites on operations.site_code = sites.site_code
)

select * from identified
