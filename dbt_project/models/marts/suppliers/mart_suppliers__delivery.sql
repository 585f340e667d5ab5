with lines as (
    select
        purchase_lines.*,
        {{ at_currency_rate('purchase_lines.line_amount') }} as line_enterprise_amount
    from {{ ref('fct_purchase_line') }} as purchase_lines
    {{ join_currency_rate('purchase_lines.currency', 'purchase_lines.order_date') }}
),

suppliers as (
    select * from {{ ref('dim_supplier') }}
),

sums as (
    select
        supplier_id,
        site_code,
        currency,
        count(distinct purchase_order_no) as purchase_orders,
        count(*) as purchase_lines,
        count(shipped_date) as shipped_lines,
        cast(sum(case when is_shipped_late then 1 else 0 end) as bigint) as shipped_late_lines,
        cast(sum(ordered_qty) as decimal(18, 4)) as ordered_qty,
        cast(sum(received_qty) as decimal(18, 4)) as received_qty,
        cast(sum(rejected_qty) as decimal(18, 4)) as rejected_qty,
        cast(sum(stocked_qty) as decimal(18, 4)) as stocked_qty,
        cast(sum(line_amount) as decimal(18, 4)) as purchase_amount,
        {{ sum_converted('line_amount', 'line_enterprise_amount') }} as purchase_enterprise_amount
    from lines
    group by supplier_id, site_code, currency
)

select
    sums.supplier_id,
    suppliers.supplier_name,
    sums.site_code,
    sums.currency,
    sums.purchase_orders,
    sums.purchase_lines,
    sums.shipped_lines,
    sums.shipped_late_lines,
    sums.ordered_qty,
    sums.received_qty,
    sums.rejected_qty,
    sums.stocked_qty,
    sums.purchase_amount,
    sums.purchase_enterprise_amount,
    {{ enterprise_currency() }} as enterprise_currency,
    100 * {{ ratio('sums.shipped_late_lines', 'sums.shipped_lines') }} as shipped_late_pct,
    100 * {{ ratio('sums.received_qty', 'sums.ordered_qty') }} as received_pct,
    100 * {{ ratio('sums.rejected_qty', 'sums.received_qty') }} as rejected_pct
from sums
left join suppliers on sums.supplier_id = suppliers.supplier_id
