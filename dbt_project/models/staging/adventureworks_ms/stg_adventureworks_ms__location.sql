{{ adventureworks_location(source('adventureworks_ms', 'location')) }}
