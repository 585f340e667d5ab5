{{ adventureworks_bill_of_materials(source('adventureworks_ms', 'bill_of_materials')) }}
