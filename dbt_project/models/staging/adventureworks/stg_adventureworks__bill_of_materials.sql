{{ adventureworks_bill_of_materials(source('adventureworks', 'bill_of_materials')) }}
