{#- Entities that both deliveries of AdventureWorks feed, from the staging views of `system`. -#}
{% macro adventureworks__material(system) %}
with products as (
    select * from {{ ref('stg_' ~ system ~ '__product') }}
),

subcategories as (
    select * from {{ ref('stg_' ~ system ~ '__product_subcategory') }}
)

select
    products.product_id as material_id,
    products.product_name as material_name,
    case
        when products.is_finished_good then 'finished'
        when products.is_made_in_house then 'semi_finished'
        else 'purchased'
    end as material_type,
    subcategories.subcategory_name as material_group,
    'EA' as base_unit,
    products.standard_cost,
    products.is_made_in_house,
    cast(null as string) as gtin,
    {{ no_instant() }} as changed_at,
    products._ingested_at as _source_ingested_at
from products
left join subcategories on products.product_subcategory_id = subcategories.product_subcategory_id
{% endmacro %}


{#- The end date of the ERP is the last valid day (the next line starts a day later); here: first invalid day. -#}
{% macro adventureworks__bill_of_material(system) %}
select
    {{ site_id(source_site(system), 'bill_of_materials_id') }} as bom_item_id,
    product_assembly_id as assembly_material_id,
    component_id as component_material_id,
    per_assembly_qty as component_qty,
    unit_measure_code as quantity_unit,
    bom_level,
    start_date as valid_from,
    cast(end_date + interval 1 day as date) as valid_to,
    _ingested_at as _source_ingested_at
from {{ ref('stg_' ~ system ~ '__bill_of_materials') }}
{% endmacro %}


{#- A location is a work centre without machines below it, so it stands as its own line and work unit. -#}
{% macro adventureworks__equipment(system) %}
with locations as (
    select
        *,
        case when cost_rate > 0 then 'Manufacturing' else 'Storage' end as kind
    from {{ ref('stg_' ~ system ~ '__location') }}
)

select
    {{ site_id(source_site(system), 'location_id') }} as equipment_id,
    {{ source_site(system) }} as site_code,
    location_id as equipment_code,
    location_name as equipment_name,
    '{{ var("enterprise") | replace("'", "''") }}' as enterprise,
    upper(kind) as area,
    kind as area_name,
    location_id as line,
    location_name as line_name,
    'NONE' as calendar_code,
    location_id as work_centre_code,
    cast(null as string) as erp_equipment_code,
    lower(kind) || '_location' as equipment_class,
    cast(null as date) as valid_from,
    _ingested_at as _source_ingested_at
from locations
{% endmacro %}


{% macro adventureworks__reason(system) %}
select
    {{ site_id(source_site(system), "'SCRAP-' || scrap_reason_id") }} as reason_id,
    'SCRAP-' || scrap_reason_id as reason_code,
    cast(null as string) as parent_reason_id,
    reason_name,
    'process_defect' as loss_category,
    _ingested_at as _source_ingested_at
from {{ ref('stg_' ~ system ~ '__scrap_reason') }}
{% endmacro %}


{% macro adventureworks__stock_balance(system) %}
{% set site = source_site(system) %}
with inventory as (
    select * from {{ ref('stg_' ~ system ~ '__product_inventory') }}
),

locations as (
    select * from {{ ref('stg_' ~ system ~ '__location') }}
)

select
    {{ site_id(site, "inventory.product_id || '-' || inventory.location_id") }} as stock_balance_id,
    {{ site }} as site_code,
    inventory.product_id as material_id,
    {{ site_id(site, 'inventory.location_id') }} as storage_location_id,
    locations.location_name as storage_location_name,
    'EA' as quantity_unit,
    inventory.quantity as on_hand_qty,
    inventory._ingested_at as _source_ingested_at
from inventory
left join locations on inventory.location_id = locations.location_id
{% endmacro %}


{% macro adventureworks__supplier(system) %}
select
    business_entity_id as supplier_id,
    account_number as supplier_code,
    vendor_name as supplier_name,
    credit_rating as rating,
    is_preferred,
    is_active,
    cast(null as string) as tax_no,
    cast(null as string) as postal_code,
    cast(null as string) as city,
    {{ no_instant() }} as changed_at,
    _ingested_at as _source_ingested_at
from {{ ref('stg_' ~ system ~ '__vendor') }}
{% endmacro %}


{% macro adventureworks__purchase_line(system) %}
with lines as (
    select * from {{ ref('stg_' ~ system ~ '__purchase_order_detail') }}
),

headers as (
    select * from {{ ref('stg_' ~ system ~ '__purchase_order_header') }}
)

select
    {{ site_id(source_site(system), 'lines.purchase_order_id') }}
    || '-' || lines.purchase_order_detail_id as purchase_line_id,
    {{ source_site(system) }} as site_code,
    lines.purchase_order_id as purchase_order_no,
    lines.purchase_order_detail_id as line_no,
    headers.vendor_id as supplier_id,
    lines.product_id as material_id,
    headers.order_status,
    headers.order_date,
    lines.due_date,
    headers.ship_date as shipped_date,
    'EA' as quantity_unit,
    lines.order_qty as ordered_qty,
    lines.received_qty,
    lines.rejected_qty,
    lines.stocked_qty,
    lines.unit_price,
    lines.line_total as line_amount,
    {{ source_site(system, 'currency') }} as currency,
    greatest(lines._ingested_at, coalesce(headers._ingested_at, lines._ingested_at)) as _source_ingested_at
from lines
left join headers on lines.purchase_order_id = headers.purchase_order_id
{% endmacro %}


{#- The end of a period is its last day in the ERP; here: the first day no longer valid. -#}
{% macro adventureworks__material_cost(system) %}
select
    product_id as material_id,
    start_date as valid_from,
    cast(end_date + interval 1 day as date) as valid_to,
    standard_cost,
    {{ source_site(system, 'currency') }} as currency,
    _ingested_at as _source_ingested_at
from {{ ref('stg_' ~ system ~ '__product_cost_history') }}
{% endmacro %}
