{{ adventureworks_purchase_order_header(source('adventureworks_ms', 'purchase_order_header')) }}
