{# Generated from models/intermediate/adapters by `python -m orchestration.lib.generate`: rename adapters, not lines here. #}
{% macro entity_systems() %}
  {% set feeders = {
    'bill_of_material': ['adventureworks', 'canonical'],
    'confirmation': ['canonical', 'sap_ecc'],
    'counter': ['canonical', 'mes'],
    'downtime_reason': ['canonical', 'mes'],
    'equipment': ['adventureworks', 'canonical', 'plant', 'sap_ecc'],
    'inspection': ['canonical', 'mes', 'sap_ecc'],
    'inspection_lot': ['canonical', 'sap_ecc'],
    'machine_state': ['canonical', 'mes'],
    'maintenance_notification': ['canonical', 'sap_ecc'],
    'maintenance_order': ['canonical', 'sap_ecc'],
    'material': ['adventureworks', 'canonical', 'sap_ecc'],
    'operation': ['adventureworks', 'canonical', 'sap_ecc'],
    'production_order': ['adventureworks', 'canonical', 'sap_ecc'],
    'purchase_line': ['adventureworks', 'canonical'],
    'reading': ['aveva_historian', 'aveva_odata', 'canonical', 'ignition', 'influxdb', 'influxdb_csv', 'mqtt_json', 'opcua', 'pi_datalink', 'pi_historian', 'pi_web_api', 'proficy', 'sitewise', 'sparkplug_b'],
    'reason': ['adventureworks', 'canonical', 'plant'],
    'shift': ['canonical', 'plant'],
    'signal': ['canonical', 'plant'],
    'stock_balance': ['adventureworks', 'canonical'],
    'stock_movement': ['adventureworks', 'canonical', 'sap_ecc'],
    'supplier': ['adventureworks', 'canonical'],
    'touched_instant': ['canonical', 'mes'],
    'unit_factor': ['sap_ecc'],
    'vibration_snapshot': ['canonical', 'cms'],
    'work_centre': ['sap_ecc'],
  } %}
  {{ return(feeders) }}
{% endmacro %}
