{{ adventureworks_product_cost_history(source('adventureworks', 'product_cost_history')) }}
