//! Stock that is kept for groups of channels (domain §1.1.4).

use partition::{Body, Reply};
use trade::master::ChannelGroup;
use trade::order::{Bucket, Channel, Submission};
use trade::stock::{QuotaChange, QuotaVerb};
use units::Quantity;

use crate::world::World;

fn allocate(world: &mut World, group: &str, units: i64) -> i64 {
    let verb = QuotaVerb::Allocate { group: group.into(), quantity: Quantity(units) };
    match world.tell(Body::ChangeQuotas(QuotaChange { item: "X".into(), node: None, verb })) {
        Reply::Quotas(quotas) => quotas.iter().filter(|quota| quota.group == group).map(|quota| quota.left.0).sum(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn domain_1_1_4_units_that_are_given_back_go_to_the_warehouse_for_those_who_wait() {
    let mut world = World::new(false);
    let shop = ChannelGroup { code: "shop".into(), channels: vec![Channel::Shop], ..ChannelGroup::default() };
    world.set_policy(|policy| policy.channel_groups = vec![shop]);
    world.stock("X", "EAST", 6);
    world.stock("X", "WEST", 4);
    assert_eq!(allocate(&mut world, "shop", 8), 8);
    let api = world.order_with(&[("X", 5)], Submission::default());
    assert_eq!(world.state(api).units_in(Bucket::Released), Quantity(2));
    let shop = world.order_with(&[("X", 3)], Submission { channel: Channel::Shop, ..Submission::default() });
    assert_eq!(world.state(shop).units_in(Bucket::Released), Quantity(3));
    let verb = QuotaVerb::Unallocate { group: "shop".into(), quantity: None };
    world.tell(Body::ChangeQuotas(QuotaChange { item: "X".into(), node: None, verb }));
    assert_eq!(world.state(api).units_in(Bucket::Released), Quantity(5));
    world.check();
}
