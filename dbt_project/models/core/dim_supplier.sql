select
    {{ surrogate_key(['supplier_id']) }} as supplier_key,
    supplier_id,
    supplier_code,
    supplier_name,
    rating,
    is_preferred,
    is_active,
    source_system
from {{ ref('int_purchasing__supplier') }}
