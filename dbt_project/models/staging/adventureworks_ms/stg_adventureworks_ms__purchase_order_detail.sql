{{ adventureworks_purchase_order_detail(source('adventureworks_ms', 'purchase_order_detail')) }}
