//! Rights are given by administrators, and by nobody to himself.

use partition::identity::{ClientChange, MAX_KEYS, Quota, Rights, RoleCompanies, UserChange};
use partition::{Body, Reply};
use trade::{Actor, Refusal, Role};
use units::Timestamp;

use crate::world::World;

fn administrator(world: &mut World, id: &str) {
    world.actor = Actor { id: id.into(), roles: vec![Role::Admin], limit: None };
}

fn rights(roles: &[Role]) -> Rights {
    Rights { roles: roles.to_vec(), ..Rights::default() }
}

fn user(id: &str, change: UserChange) -> Body {
    Body::ChangeUser { user: id.into(), change }
}

fn client(id: &str, change: ClientChange) -> Body {
    Body::ChangeClient { client: id.into(), change }
}

fn put(roles: &[Role]) -> UserChange {
    UserChange::Put { name: "Somebody".into(), rights: rights(roles) }
}

fn key(number: u8) -> ClientChange {
    let prefix = format!("cd_live_{number:08}").into();
    ClientChange::AddKey { prefix, hash: [number; 32], expires: None, others_end: None }
}

#[test]
fn only_administrators_give_rights_and_never_to_themselves() {
    let mut world = World::new();
    assert!(matches!(world.ask(user("ann", put(&[Role::Sales]))), Err(Refusal::NotAllowed { .. })));
    administrator(&mut world, "ada");
    assert_eq!(world.done(user("ann", put(&[Role::Sales]))), Reply::Done);
    assert_eq!(world.done(user("ann", put(&[Role::Sales]))), Reply::Repeated);
    administrator(&mut world, "bob");
    assert_eq!(world.done(user("ada", put(&[Role::Admin]))), Reply::Done);
    administrator(&mut world, "ada");
    for change in [put(&[Role::Admin, Role::Director]), UserChange::Disable] {
        assert!(matches!(world.ask(user("ada", change)), Err(Refusal::NotAllowed { .. })));
    }
    assert!(matches!(world.ask(user("eve", put(&[Role::System]))), Err(Refusal::Invalid { .. })));
    administrator(&mut world, "bob");
    assert_eq!(world.done(user("ada", put(&[Role::Admin, Role::Director]))), Reply::Done);
}

#[test]
fn only_the_product_says_that_the_provider_vouches_and_an_account_there_stays_one_person() {
    let mut world = World::new();
    let vouched = |subject: &str, roles: Option<&[Role]>| UserChange::Vouched {
        subject: subject.into(),
        name: "Ann Lee".into(),
        rights: roles.map(rights),
    };
    administrator(&mut world, "ada");
    let sales: &[Role] = &[Role::Sales];
    assert!(matches!(world.ask(user("ann", vouched("i 1", Some(sales)))), Err(Refusal::NotAllowed { .. })));
    world.actor = Actor::system();
    // somebody whom nobody grants anything is added by administrators alone
    assert!(matches!(world.ask(user("ann", vouched("i 1", None))), Err(Refusal::Conflict(_))));
    assert_eq!(world.done(user("ann", vouched("i 1", Some(&[Role::Sales])))), Reply::Done);
    assert_eq!(world.done(user("ann", vouched("i 1", Some(&[Role::Sales])))), Reply::Repeated);
    assert!(matches!(world.ask(user("ann", vouched("i 2", Some(&[Role::Sales])))), Err(Refusal::Conflict(_))));
    assert_eq!(world.done(user("ann", vouched("i 1", Some(&[Role::Warehouse])))), Reply::Done);
    assert!(matches!(world.ask(user("eve", vouched("i 3", Some(&[Role::System])))), Err(Refusal::Invalid { .. })));
}

#[test]
fn whoever_has_a_password_is_not_taken_for_an_account_of_the_provider_until_an_administrator_says_so() {
    let mut world = World::new();
    let vouched = |subject: &str| UserChange::Vouched { subject: subject.into(), name: "Ann".into(), rights: None };
    let ann = |change: UserChange| user("ann", change);
    administrator(&mut world, "ada");
    assert_eq!(world.done(ann(UserChange::Put { name: "Ann".into(), rights: rights(&[Role::Admin]) })), Reply::Done);
    assert_eq!(world.done(ann(UserChange::Password { hash: "$argon2id$x".into() })), Reply::Done);
    world.actor = Actor::system();
    let Err(Refusal::Conflict(why)) = world.ask(ann(vouched("i 1"))) else { panic!("a stranger is ann") };
    assert!(why.contains("crossdock user link ann --subject \"1\""), "{why}");
    // nor does she say it of herself, at a browser that she has left open
    administrator(&mut world, "ann");
    assert!(matches!(world.ask(ann(vouched("i 1"))), Err(Refusal::NotAllowed { .. })));
    administrator(&mut world, "ada");
    assert_eq!(world.done(ann(vouched("i 1"))), Reply::Done);
    assert_eq!(world.done(ann(vouched("i 1"))), Reply::Repeated);
    world.actor = Actor::system();
    assert_eq!(world.done(ann(vouched("i 1"))), Reply::Repeated);
    assert!(matches!(world.ask(ann(vouched("i 2"))), Err(Refusal::Conflict(_))));
    // a password that comes later is no obstacle
    assert_eq!(world.done(ann(UserChange::Password { hash: "$argon2id$y".into() })), Reply::Done);
    assert_eq!(world.done(ann(vouched("i 1"))), Reply::Repeated);
}

#[test]
fn a_role_is_limited_to_companies_by_code_and_only_one_that_is_given() {
    let mut world = World::new();
    administrator(&mut world, "ada");
    let limited = |role: Role, codes: &[&str]| {
        let companies = codes.iter().map(|code| (*code).into()).collect();
        let rights = Rights { companies: vec![RoleCompanies { role, companies }], ..rights(&[Role::Sales]) };
        user("ann", UserChange::Put { name: "Ann".into(), rights })
    };
    assert_eq!(world.done(limited(Role::Sales, &["CD"])), Reply::Done);
    assert_eq!(world.done(limited(Role::Sales, &["CD", "UK"])), Reply::Done);
    for wrong in [limited(Role::Warehouse, &["CD"]), limited(Role::Sales, &[]), limited(Role::Sales, &[""])] {
        assert!(matches!(world.ask(wrong), Err(Refusal::Invalid { field, .. }) if field == "companies"));
    }
}

#[test]
fn everybody_sets_his_own_password_and_nobody_elses() {
    let mut world = World::new();
    administrator(&mut world, "ada");
    world.done(user("ann", put(&[Role::Sales])));
    let password = || UserChange::Password { hash: "$argon2id$v=19$m=1,t=1,p=1$c2FsdA$aGFzaA".into() };
    world.actor = Actor { id: "ann".into(), roles: vec![Role::Sales], limit: None };
    assert_eq!(world.done(user("ann", password())), Reply::Done);
    assert_eq!(world.done(user("ann", UserChange::EndSessions)), Reply::Done);
    assert!(matches!(world.ask(user("ada", password())), Err(Refusal::NotAllowed { .. })));
    let plain = UserChange::Password { hash: "a secret as it is".into() };
    assert!(matches!(world.ask(user("ann", plain)), Err(Refusal::Invalid { .. })));
}

#[test]
fn a_name_is_a_person_or_a_program_and_never_both() {
    let mut world = World::new();
    administrator(&mut world, "ada");
    world.done(user("ann", put(&[Role::Sales])));
    let program = || ClientChange::Put { name: "Shop".into(), rights: rights(&[Role::Sales]) };
    assert!(matches!(world.ask(client("ann", program())), Err(Refusal::Conflict(_))));
    assert_eq!(world.done(client("shop", program())), Reply::Done);
    assert!(matches!(world.ask(user("shop", put(&[Role::Sales]))), Err(Refusal::Conflict(_))));
    for name in ["", "Ann", "process", "a b"] {
        assert!(matches!(world.ask(user(name, put(&[]))), Err(Refusal::Invalid { .. })), "{name}");
    }
}

#[test]
fn a_program_has_a_quota_of_its_own_until_it_has_the_standard_one_again() {
    let mut world = World::new();
    administrator(&mut world, "ada");
    world.done(client("shop", ClientChange::Put { name: "Shop".into(), rights: rights(&[Role::Sales]) }));
    let quota = |per_second, burst| ClientChange::Quota { quota: Some(Quota { per_second, burst }) };
    assert_eq!(world.done(client("shop", quota(50, 500))), Reply::Done);
    assert_eq!(world.done(client("shop", quota(50, 500))), Reply::Repeated);
    assert!(matches!(world.ask(client("shop", quota(0, 500))), Err(Refusal::Invalid { .. })));
    assert_eq!(world.done(client("shop", ClientChange::Quota { quota: None })), Reply::Done);
    assert_eq!(world.done(client("shop", ClientChange::Quota { quota: None })), Reply::Repeated);
}

#[test]
fn keys_are_limited_in_number_and_a_revoked_one_makes_room() {
    let mut world = World::new();
    administrator(&mut world, "ada");
    world.done(client("shop", ClientChange::Put { name: "Shop".into(), rights: rights(&[Role::Sales]) }));
    let most = u8::try_from(MAX_KEYS).unwrap();
    for number in 0..most {
        world.done(client("shop", key(number)));
    }
    assert!(matches!(world.ask(client("shop", key(most))), Err(Refusal::Conflict(_))));
    let revoke = || ClientChange::RevokeKey { prefix: "cd_live_00000000".into() };
    assert_eq!(world.done(client("shop", revoke())), Reply::Done);
    assert_eq!(world.done(client("shop", revoke())), Reply::Repeated);
    assert_eq!(world.done(client("shop", key(most))), Reply::Done);
    let past = ClientChange::AddKey {
        prefix: "cd_live_past".into(),
        hash: [99; 32],
        expires: Some(Timestamp(1)),
        others_end: None,
    };
    assert!(matches!(world.ask(client("shop", past)), Err(Refusal::Invalid { .. })));
    assert!(matches!(world.ask(client("nobody", key(1))), Err(Refusal::Conflict(_))));
}
