select
    {{ site_id(source_site('adventureworks'), "'SCRAP-' || scrap_reason_id") }} as reason_id,
    'SCRAP-' || scrap_reason_id as reason_code,
    cast(null as string) as parent_reason_id,
    reason_name,
    'process_defect' as loss_category,
    _ingested_at as _source_ingested_at
from {{ ref('stg_adventureworks__scrap_reason') }}
