{{ counted_instants(ref('int_opcua__counter')) }}
