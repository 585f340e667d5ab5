-- Persons stay behind their account number.
with partners as (
    select * from {{ ref('stg_odoo__res_partner') }}
    where customer_rank > 0
),

countries as (
    select * from {{ ref('stg_odoo__res_country') }}
)

select
    coalesce(partners.partner_no, cast(partners.partner_id as string)) as customer_id,
    coalesce(partners.partner_no, cast(partners.partner_id as string)) as customer_code,
    case when partners.is_company then partners.partner_name end as customer_name,
    case when partners.is_company then 'company' else 'person' end as customer_type,
    null as territory,
    countries.country,
    greatest(partners._ingested_at, countries._ingested_at) as _source_ingested_at
from partners
left join countries on partners.country_id = countries.country_id
