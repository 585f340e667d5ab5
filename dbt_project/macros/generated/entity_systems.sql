{# Generated from models/intermediate/adapters by `python -m orchestration.lib.generate`: rename adapters, not lines here. #}
{% macro entity_systems() %}
  {% set feeders = {
    'bill_of_material': ['adventureworks', 'canonical', 'odoo'],
    'confirmation': ['canonical', 'odoo', 'sap_ecc'],
    'counter': ['canonical', 'mes', 'opcua'],
    'downtime_reason': ['canonical', 'mes', 'odoo'],
    'equipment': ['adventureworks', 'canonical', 'plant', 'sap_ecc'],
    'inspection': ['canonical', 'mes', 'odoo', 'sap_ecc'],
    'inspection_lot': ['canonical', 'sap_ecc'],
    'machine_state': ['canonical', 'mes', 'odoo'],
    'maintenance_notification': ['canonical', 'odoo', 'sap_ecc'],
    'maintenance_order': ['canonical', 'odoo', 'sap_ecc'],
    'material': ['adventureworks', 'canonical', 'odoo', 'sap_ecc'],
    'operation': ['adventureworks', 'canonical', 'odoo', 'sap_ecc'],
    'product': ['odoo'],
    'production_order': ['adventureworks', 'canonical', 'odoo', 'sap_ecc'],
    'purchase_line': ['adventureworks', 'canonical'],
    'reading': ['aveva_historian', 'aveva_odata', 'canonical', 'ignition', 'influxdb', 'influxdb_csv', 'mqtt_json', 'opcua', 'pi_datalink', 'pi_historian', 'pi_web_api', 'proficy', 'sitewise', 'sparkplug_b'],
    'reason': ['adventureworks', 'canonical', 'odoo', 'plant'],
    'shift': ['canonical', 'plant'],
    'signal': ['canonical', 'plant'],
    'stock_balance': ['adventureworks', 'canonical'],
    'stock_movement': ['adventureworks', 'canonical', 'odoo', 'sap_ecc'],
    'supplier': ['adventureworks', 'canonical'],
    'touched_instant': ['canonical', 'mes', 'odoo', 'opcua'],
    'unit_factor': ['odoo', 'sap_ecc'],
    'vibration_snapshot': ['canonical', 'cms'],
    'work_centre': ['odoo', 'sap_ecc'],
    'work_order': ['odoo'],
  } %}
  {{ return(feeders) }}
{% endmacro %}
