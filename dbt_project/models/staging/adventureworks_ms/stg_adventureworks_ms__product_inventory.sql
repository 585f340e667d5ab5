{{ adventureworks_product_inventory(source('adventureworks_ms', 'product_inventory')) }}
