with customers as (
    select * from {{ ref('int_sales__customer') }}
),

described as (
    select
        {{ surrogate_key(['customer_id']) }} as customer_key,
        customer_id,
        customer_code,
        customer_name,
        customer_type,
        territory,
        country
    from customers
)

select * from described
