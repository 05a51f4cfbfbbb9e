//! BPMN 2.0 XML, Camunda 8 dialect, into a checked, indexed, executable model.
