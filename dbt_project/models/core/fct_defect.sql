-- What an inspection rejected and what was confirmed as bad may be the same pieces: never sum over found_by.
with inspections as (
    select * from {{ ref('fct_inspection') }}
    where not is_ok
),

confirmations as (
    select * from {{ ref('fct_confirmation') }}
),

reasons as (
    select * from {{ ref('dim_reason') }}
),

found as (
    select
        'inspection-' || inspection_id as defect_id,
        site_code,
        'inspection' as found_by,
        'rejected' as disposition,
        order_key,
        order_id,
        operation_no,
        material_key,
        material_id,
        equipment_id,
        characteristic,
        defect_code,
        cast(null as string) as reason_id,
        inspected_at as found_at,
        cast(null as decimal(18, 4)) as defect_qty,
        cast(null as string) as quantity_unit,
        _source_ingested_at
    from inspections
    {%- for disposition in ('scrap', 'rework') %}
    union all
    select
        '{{ disposition }}-' || confirmations.confirmation_id as defect_id,
        confirmations.site_code,
        'confirmation' as found_by,
        '{{ disposition }}' as disposition,
        confirmations.order_key,
        confirmations.order_id,
        confirmations.operation_no,
        confirmations.material_key,
        confirmations.material_id,
        confirmations.equipment_id,
        cast(null as string) as characteristic,
        reasons.reason_code as defect_code,
        confirmations.scrap_reason_id as reason_id,
        confirmations.ended_at as found_at,
        confirmations.{{ disposition }}_qty as defect_qty,
        confirmations.quantity_unit,
        confirmations._source_ingested_at
    from confirmations
    left join reasons on confirmations.scrap_reason_id = reasons.reason_id
    where confirmations.{{ disposition }}_qty > 0
    {%- endfor %}
)

select
    defect_id,
    site_code,
    found_by,
    disposition,
    order_key,
    order_id,
    operation_no,
    material_key,
    material_id,
    equipment_id,
    characteristic,
    coalesce(defect_code, 'NONE') as defect_code,
    {{ surrogate_key(['reason_id']) }} as reason_key,
    reason_id,
    found_at,
    defect_qty,
    quantity_unit,
    _source_ingested_at
from found
