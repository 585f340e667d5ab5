select
    {{ surrogate_key(['suppliers.supplier_id']) }} as supplier_key,
    suppliers.supplier_id,
    suppliers.supplier_code,
    suppliers.supplier_name,
    suppliers.rating,
    suppliers.is_preferred,
    suppliers.is_active,
    suppliers.source_system,
    records.golden_key
from {{ ref('int_purchasing__supplier') }} as suppliers
left join {{ ref('bridge_master_record') }} as records
    on
        records.entity = 'supplier'
        and suppliers.source_system = records.source_system
        and suppliers.supplier_id = records.source_key
