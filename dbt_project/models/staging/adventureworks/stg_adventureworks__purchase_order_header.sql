{{ adventureworks_purchase_order_header(source('adventureworks', 'purchase_order_header')) }}
