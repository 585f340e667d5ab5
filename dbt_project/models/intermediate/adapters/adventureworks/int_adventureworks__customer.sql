-- A store is a company; persons stay behind their account number.
with customers as (
    select * from {{ ref('stg_adventureworks__customer') }}
),

stores as (
    select * from {{ ref('stg_adventureworks__store') }}
),

territories as (
    select * from {{ ref('stg_adventureworks__sales_territory') }}
)

select
    customers.customer_id,
    customers.account_number as customer_code,
    stores.store_name as customer_name,
    case when customers.store_id is not null then 'company' else 'person' end as customer_type,
    territories.territory_name as territory,
    territories.country,
    greatest(customers._ingested_at, stores._ingested_at, territories._ingested_at) as _source_ingested_at
from customers
left join stores on customers.store_id = stores.business_entity_id
left join territories on customers.territory_id = territories.territory_id
