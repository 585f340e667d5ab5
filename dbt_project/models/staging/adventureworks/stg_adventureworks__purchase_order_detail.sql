{{ adventureworks_purchase_order_detail(source('adventureworks', 'purchase_order_detail')) }}
