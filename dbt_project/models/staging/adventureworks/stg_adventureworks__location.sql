{{ adventureworks_location(source('adventureworks', 'location')) }}
