{{ adventureworks_vendor(source('adventureworks', 'vendor')) }}
