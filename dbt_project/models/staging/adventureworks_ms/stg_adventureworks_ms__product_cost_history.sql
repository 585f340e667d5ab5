{{ adventureworks_product_cost_history(source('adventureworks_ms', 'product_cost_history')) }}
