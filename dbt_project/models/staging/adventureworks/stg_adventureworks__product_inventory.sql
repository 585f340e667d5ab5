{{ adventureworks_product_inventory(source('adventureworks', 'product_inventory')) }}
