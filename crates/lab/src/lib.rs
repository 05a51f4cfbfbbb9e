//! A simulated ERP, WMS, carrier, tax service and bank, over real HTTP, with faults to switch on; the simulator.
