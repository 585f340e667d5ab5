{{ adventureworks_product(source('adventureworks_ms', 'product')) }}
