{{ adventureworks_product_subcategory(source('adventureworks', 'product_subcategory')) }}
