//! The processes and decisions that ship with the product, and their deployment at the start.

use partition::Resource;

/// Name and XML of each.
const SHIPPED: &[(&str, &str)] = include!("../../../processes/shipped.rs");

/// The shipped value streams as resources to deploy.
pub(crate) fn shipped() -> Vec<Resource> {
    SHIPPED.iter().map(|(name, xml)| Resource { name: (*name).into(), xml: (*xml).into() }).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    #[test]
    fn every_process_and_every_decision_of_the_folder_ships() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../processes/order-to-cash");
        let names = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap());
        let models: BTreeSet<String> = names.filter(|name| name.ends_with(".bpmn") || name.ends_with(".dmn")).collect();
        assert_eq!(models, super::SHIPPED.iter().map(|(name, _)| (*name).to_owned()).collect());
    }
}
