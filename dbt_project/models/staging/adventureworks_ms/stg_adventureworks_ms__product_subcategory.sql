{{ adventureworks_product_subcategory(source('adventureworks_ms', 'product_subcategory')) }}
