{#-
    Tables of AdventureWorks that two systems deliver with the same columns: adventureworks as Parquet, adventureworks_ms as
    its maker's bulk files. One staging view for both.
-#}
{% macro adventureworks_product(relation) %}
select
    cast(product_id as string) as product_id,
    name as product_name,
    product_number,
    make_flag as is_made_in_house,
    finished_goods_flag as is_finished_good,
    color,
    safety_stock_level,
    reorder_point,
    standard_cost,
    list_price,
    size,
    nullif(trim(size_unit_code), '') as size_unit_code,
    nullif(trim(weight_unit_code), '') as weight_unit_code,
    weight,
    days_to_manufacture,
    nullif(trim(product_line), '') as product_line,
    nullif(trim(class), '') as class,
    nullif(trim(style), '') as style,
    cast(product_subcategory_id as string) as product_subcategory_id,
    cast(product_model_id as string) as product_model_id,
    sell_start_date,
    sell_end_date,
    discontinued_date,
    _ingested_at
from {{ relation }}
{% endmacro %}


{% macro adventureworks_product_subcategory(relation) %}
select
    cast(product_subcategory_id as string) as product_subcategory_id,
    cast(product_category_id as string) as product_category_id,
    name as subcategory_name,
    _ingested_at
from {{ relation }}
{% endmacro %}


{% macro adventureworks_location(relation) %}
select
    cast(location_id as string) as location_id,
    name as location_name,
    cost_rate,
    availability_hours as availability_h,
    _ingested_at
from {{ relation }}
{% endmacro %}


{% macro adventureworks_bill_of_materials(relation) %}
select
    cast(bill_of_materials_id as string) as bill_of_materials_id,
    cast(product_assembly_id as string) as product_assembly_id,
    cast(component_id as string) as component_id,
    start_date,
    end_date,
    nullif(trim(unit_measure_code), '') as unit_measure_code,
    bom_level,
    cast(per_assembly_qty as decimal(18, 4)) as per_assembly_qty,
    _ingested_at
from {{ relation }}
{% endmacro %}


{% macro adventureworks_product_inventory(relation) %}
select
    cast(product_id as string) as product_id,
    cast(location_id as string) as location_id,
    nullif(shelf, 'N/A') as shelf,
    bin,
    cast(quantity as decimal(18, 4)) as quantity,
    _ingested_at
from {{ relation }}
{% endmacro %}


{% macro adventureworks_scrap_reason(relation) %}
select
    cast(scrap_reason_id as string) as scrap_reason_id,
    name as reason_name,
    _ingested_at
from {{ relation }}
{% endmacro %}


{% macro adventureworks_purchase_order_detail(relation) %}
select
    cast(purchase_order_id as string) as purchase_order_id,
    cast(purchase_order_detail_id as string) as purchase_order_detail_id,
    due_date,
    cast(order_qty as decimal(18, 4)) as order_qty,
    cast(product_id as string) as product_id,
    unit_price,
    line_total,
    cast(received_qty as decimal(18, 4)) as received_qty,
    cast(rejected_qty as decimal(18, 4)) as rejected_qty,
    cast(stocked_qty as decimal(18, 4)) as stocked_qty,
    _ingested_at
from {{ relation }}
{% endmacro %}


{% macro adventureworks_purchase_order_header(relation) %}
select
    cast(purchase_order_id as string) as purchase_order_id,
    revision_number,
    case status
        when 1 then 'pending'
        when 2 then 'approved'
        when 3 then 'rejected'
        when 4 then 'complete'
    end as order_status,
    cast(employee_id as string) as employee_id,
    cast(vendor_id as string) as vendor_id,
    cast(ship_method_id as string) as ship_method_id,
    order_date,
    ship_date,
    subtotal_amount,
    tax_amount,
    freight_amount,
    total_due_amount,
    _ingested_at
from {{ relation }}
{% endmacro %}


{% macro adventureworks_vendor(relation) %}
select
    cast(business_entity_id as string) as business_entity_id,
    account_number,
    name as vendor_name,
    credit_rating,
    preferred_vendor_status as is_preferred,
    active_flag as is_active,
    purchasing_web_service_url,
    _ingested_at
from {{ relation }}
{% endmacro %}


{% macro adventureworks_product_cost_history(relation) %}
select
    cast(product_id as string) as product_id,
    start_date,
    end_date,
    standard_cost,
    _ingested_at
from {{ relation }}
{% endmacro %}
