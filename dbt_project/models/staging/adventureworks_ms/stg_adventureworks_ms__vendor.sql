{{ adventureworks_vendor(source('adventureworks_ms', 'vendor')) }}
