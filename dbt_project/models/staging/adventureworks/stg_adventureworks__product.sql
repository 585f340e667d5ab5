{{ adventureworks_product(source('adventureworks', 'product')) }}
