{% set site = source_site('b2mml') %}
select
    {{ site_id(site, 'person_code') }} as employee_id,
    {{ site }} as site_code,
    personnel_class_id as personnel_class,
    _ingested_at as _source_ingested_at
from {{ ref('stg_b2mml__persons') }}
