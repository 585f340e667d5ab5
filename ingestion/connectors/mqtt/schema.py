"""The protobuf messages of a Sparkplug B payload, as message classes.

The field numbers and types are those of the Sparkplug specification (version 3.0, chapter 6, payload B); the
descriptor is built here from them, so there is no generated module. By edition 2023 presence is explicit (an absent
sequence number is not 0) and text that is not UTF-8 makes the payload unreadable. Does not belong here: what the
values mean (datatypes.py, node.py).
"""

from typing import Any

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

_PACKAGE = "tundish.sparkplug_b"
_KIND = descriptor_pb2.FieldDescriptorProto

_SCALARS = {
    "bool": _KIND.TYPE_BOOL,
    "bytes": _KIND.TYPE_BYTES,
    "double": _KIND.TYPE_DOUBLE,
    "float": _KIND.TYPE_FLOAT,
    "string": _KIND.TYPE_STRING,
    "uint32": _KIND.TYPE_UINT32,
    "uint64": _KIND.TYPE_UINT64,
}

# message -> fields as "number name type"; * marks a repeated field, | a member of the message's oneof `value`.
# Extension ranges of the specification are left out: unknown fields are kept by the runtime and mean nothing here.
_VALUES = (
    "{0} int_value uint32|",
    "{1} long_value uint64|",
    "{2} float_value float|",
    "{3} double_value double|",
    "{4} boolean_value bool|",
    "{5} string_value string|",
)


def _values(first: int) -> tuple[str, ...]:
    numbers = range(first, first + len(_VALUES))
    return tuple(field.format(*numbers) for field in _VALUES)


_MESSAGES: dict[str, tuple[str, ...]] = {
    "Payload": ("1 timestamp uint64", "2 metrics Metric*", "3 seq uint64", "4 uuid string", "5 body bytes"),
    "Metric": (
        "1 name string",
        "2 alias uint64",
        "3 timestamp uint64",
        "4 datatype uint32",
        "5 is_historical bool",
        "6 is_transient bool",
        "7 is_null bool",
        "8 metadata MetaData",
        "9 properties PropertySet",
        *_values(10),
        "16 bytes_value bytes|",
        "17 dataset_value DataSet|",
        "18 template_value Template|",
    ),
    "MetaData": (
        "1 is_multi_part bool",
        "2 content_type string",
        "3 size uint64",
        "4 seq uint64",
        "5 file_name string",
        "6 file_type string",
        "7 md5 string",
        "8 description string",
    ),
    "PropertySet": ("1 keys string*", "2 values PropertyValue*"),
    "PropertyValue": (
        "1 type uint32",
        "2 is_null bool",
        *_values(3),
        "9 propertyset_value PropertySet|",
        "10 propertysets_value PropertySetList|",
    ),
    "PropertySetList": ("1 propertyset PropertySet*",),
    "DataSet": ("1 num_of_columns uint64", "2 columns string*", "3 types uint32*", "4 rows DataSetRow*"),
    "DataSetRow": ("1 elements DataSetValue*",),
    "DataSetValue": _values(1),
    "Template": (
        "1 version string",
        "2 metrics Metric*",
        "3 parameters Parameter*",
        "4 template_ref string",
        "5 is_definition bool",
    ),
    "Parameter": ("1 name string", "2 type uint32", *_values(3)),
}


def _field(message: descriptor_pb2.DescriptorProto, text: str) -> None:
    number, name, kind = text.split()
    field = message.field.add(name=name, number=int(number))
    field.label = _KIND.LABEL_REPEATED if kind.endswith("*") else _KIND.LABEL_OPTIONAL
    if kind.endswith("|"):
        if not message.oneof_decl:
            message.oneof_decl.add(name="value")
        field.oneof_index = 0
    kind = kind.rstrip("*|")
    if kind in _SCALARS:
        field.type = _SCALARS[kind]
    else:
        field.type = _KIND.TYPE_MESSAGE
        field.type_name = f".{_PACKAGE}.{kind}"


def _payload_class() -> type[Any]:
    file = descriptor_pb2.FileDescriptorProto(
        name="tundish/sparkplug_b.proto",
        package=_PACKAGE,
        syntax="editions",
        edition=descriptor_pb2.EDITION_2023,
    )
    for name, fields in _MESSAGES.items():
        message = file.message_type.add(name=name)
        for text in fields:
            _field(message, text)
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName(f"{_PACKAGE}.Payload"))


Payload: type[Any] = _payload_class()
