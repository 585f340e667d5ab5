{{ config(materialized='table') }}
{%- set changed_at = 'records.changed_at' -%}
{%- set site_code = 'records.site_code' %}
with materials as (
    select * from {{ ref('int_master__material') }}
),

suppliers as (
    select * from {{ ref('int_purchasing__supplier') }}
),

versions as (
    select
        *,
        row_number() over (
            partition by source_system, equipment_id order by valid_from desc nulls last
        ) as newest_no
    from {{ ref('int_master__equipment') }}
),

equipment as (
    select
        source_system,
        equipment_id as source_key,
        site_code,
        equipment_name,
        equipment_class,
        equipment_code,
        work_centre_code,
        erp_equipment_code,
        cast(null as string) as serial_no
    from versions
    where newest_no = 1
    union all
    select
        source_system,
        equipment_record_id as source_key,
        site_code,
        equipment_name,
        equipment_class,
        equipment_code,
        work_centre_code,
        erp_equipment_code,
        serial_no
    from {{ ref('int_master__equipment_record') }}
),

attributes as (
    {{ attribute_rows('materials', 'material', 'material_id', "''", changed_at) | indent(4) }}
    union all
    {{ attribute_rows('suppliers', 'supplier', 'supplier_id', "''", changed_at) | indent(4) }}
    union all
    {{ attribute_rows('equipment', 'equipment', 'source_key', site_code, no_instant()) | indent(4) }}
)

select
    entity,
    {{ record_no('source_system', 'source_key') }} as record_no,
    source_system,
    source_key,
    scope_code,
    attribute_name,
    attribute_value,
    changed_at
from attributes
where attribute_value is not null and source_key is not null
