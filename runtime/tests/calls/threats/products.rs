//! Prefixes, records, tags, certificates and recalls.

use super::{done, fails, Threat};
use crate::{
	chain::{now, pass},
	world::*,
};
use bpiiot_runtime::{Hash, Runtime};
use frame_support::traits::Get;
use pallet_products::{Call, Error as Errors, Scope, Subject};

type Error = Errors<Runtime>;

pub fn threats() -> Vec<Threat> {
	[keys(), records(), tags(), recalls(), judgements()]
		.into_iter()
		.flatten()
		.collect()
}

/// The most recalls that somebody may have.
fn most_recalls() -> u32 {
	<Runtime as pallet_products::Config>::MaxRecalls::get()
}

fn keys() -> Vec<Threat> {
	vec![
		Threat {
			calls: &[
				"Products.register_item",
				"Products.register_range",
				"Products.register_lot",
				"Products.make",
				"Products.pack",
				"Products.attach_tag",
			],
			by: "customer",
			wants: "issue things under another's prefix, so that they look like his",
			scene: things,
			does: || {
				let (gtin, first, last) = (part(), serial("20"), serial("29"));
				fails(CUSTOMER, register_one(gtin, "X"), Error::ForeignPrefix);
				fails(
					CUSTOMER,
					Call::<Runtime>::register_range { gtin, first, last },
					Error::ForeignPrefix,
				);
				let (lot, unit) = (list(*b"LOT-9"), list(*b"GRM"));
				fails(
					CUSTOMER,
					Call::<Runtime>::register_lot {
						gtin,
						lot,
						unit,
						quantity: 1,
					},
					Error::ForeignPrefix,
				);
				fails(CUSTOMER, make([], [output(gtin, "X")], None), Error::ForeignPrefix);
				fails(CUSTOMER, pack(9, [item_of(gtin, "A")]), Error::ForeignPrefix);
				fails(CUSTOMER, attach_tag(), Error::ForeignPrefix);
			},
			so: "refused, all six, although he has a prefix of his own",
		},
		Threat {
			calls: &[
				"Products.assign_prefix",
				"Products.set_room",
				"Products.revoke_prefix",
				"Products.release_prefix",
			],
			by: "stranger",
			wants: "take a prefix, or have another's gone",
			scene: things,
			does: || {
				let prefix = of_owner();
				fails(STRANGER, assign(of_nobody(), STRANGER), Error::NotAccredited);
				fails(STRANGER, set_space(prefix, 100), Error::NotTheHolder);
				fails(
					STRANGER,
					Call::<Runtime>::revoke_prefix { prefix },
					Error::NotTheRegistrant,
				);
				fails(
					STRANGER,
					Call::<Runtime>::release_prefix { prefix },
					Error::NotTheHolder,
				);
			},
			so: "refused, all four",
		},
		Threat {
			calls: &["Products.assign_prefix"],
			by: "rival",
			wants: "assign what is another's, as the registrant that he is",
			scene: things,
			does: || fails(REGISTRANT, assign(of_owner(), STRANGER), Error::PrefixTaken),
			so: "prefixes never overlap: refused",
		},
		Threat {
			calls: &[
				"Products.certify",
				"Products.revoke_certificate",
				"Products.remove_certificate",
			],
			by: "stranger",
			wants: "certify something, or have another's certificate gone",
			scene: certified,
			does: || {
				let certificate = certificate();
				let subject = Subject::Thing(item_of(part(), "A"));
				fails(STRANGER, certify(subject, 0, u64::MAX), Error::NotAccredited);
				fails(
					STRANGER,
					Call::<Runtime>::revoke_certificate { certificate },
					Error::NotTheIssuer,
				);
				fails(
					STRANGER,
					Call::<Runtime>::remove_certificate { certificate },
					Error::NotTheIssuer,
				);
			},
			so: "refused, all three",
		},
		Threat {
			calls: &["Products.certify"],
			by: "rival",
			wants: "fill the chain with certificates, as the certifier that he is",
			scene: things,
			does: || {
				for _ in 0..10 {
					done(REGISTRANT, certify(Subject::Product(part()), 0, u64::MAX));
				}
			},
			so: "a deposit for each until its time is over and he removes it: here ten",
		},
	]
}

fn records() -> Vec<Threat> {
	vec![
		Threat {
			calls: &["Products.set_room", "Products.register_item"],
			by: "owner",
			wants: "fill the chain with records under his prefix",
			scene: prefixed,
			does: || {
				for nth in 0..SPACE {
					done(OWNER, register_one(part(), &format!("S{nth}")));
				}
				fails(OWNER, register_one(part(), "X"), Error::NoRoom);
				done(OWNER, set_space(of_owner(), SPACE + 100));
			},
			so: "room is paid for in advance, by a deposit for each record: here for a hundred more; a range of a million is one",
		},
		Threat {
			calls: &["Products.transfer"],
			by: "owner",
			wants: "send dust of a lot to many accounts, so that its recall takes long",
			scene: things,
			does: || {
				for nth in 0..16 {
					let to = account(&many(nth));
					done(OWNER, give(steel_lot(), account(OWNER), to, 1));
				}
			},
			so: "a fee for the record of each new holder, that does not come back: here sixteen",
		},
		Threat {
			calls: &[
				"Products.transfer",
				"Products.make",
				"Products.pack",
				"Products.unpack",
				"Products.withdraw",
			],
			by: "customer",
			wants: "take, use up or hide what is another's",
			scene: packed,
			does: || {
				let item = || item_of(part(), "A");
				fails(
					CUSTOMER,
					give(item(), account(OWNER), account(CUSTOMER), 0),
					Error::NotTheOwner,
				);
				let of_steel = make([input(steel_lot(), 1)], [output(engine(), "X")], None);
				fails(CUSTOMER, of_steel, Error::NotTheOwner);
				fails(CUSTOMER, pack(1, [item()]), Error::NotTheOwner);
				fails(CUSTOMER, unpack(1, [ten_parts()]), Error::NotTheOwner);
				fails(
					CUSTOMER,
					Call::<Runtime>::withdraw { thing: item() },
					Error::ForeignPrefix,
				);
			},
			so: "refused, all five",
		},
		Threat {
			calls: &["Products.transfer"],
			by: "thief of the key",
			wants: "give away what the machine has made, with its stolen key",
			scene: || {
				things();
				act(KEY, register_one(part(), "K"));
			},
			does: || {
				let call = give(item_of(part(), "K"), machine().account(), account(STRANGER), 0);
				super::refused(KEY, call);
			},
			so: "no node takes it: its owner does not pay for that, and the key has no money",
		},
		Threat {
			calls: &["Products.amend"],
			by: "owner",
			wants: "have made something another time or on another machine, when that time or machine is recalled",
			scene: made,
			does: || {
				let told = pallet_products::Productions::<Runtime>::get(making()).expect("is told");
				for change in 0..2 {
					let mut work = told.work.clone();
					match change {
						0 => work.machine = NO_MACHINE,
						_ => work.until -= 1,
					}
					let making = making();
					fails(OWNER, Call::<Runtime>::amend { making, work }, Error::NotAmendable);
				}
			},
			so: "machine and time of a record never change: refused; what else is told is superseded, and what it was stays \
			     provable",
		},
		Threat {
			calls: &["Jobs.deliver_with"],
			by: "stranger",
			wants: "record that a machine has made something by a job that is not his",
			scene: || {
				at(Stage::Started);
				prefixes();
			},
			does: || {
				let report = pallet_products::Report {
					inputs: list([]),
					outputs: list([output(part(), "X")]),
					work: some_work(),
				};
				let call = pallet_jobs::Call::<Runtime>::deliver_with {
					job: job(),
					units: UNITS,
					result: Hash::default(),
					report,
				};
				fails(STRANGER, call, pallet_jobs::Error::<Runtime>::NotTheMachine);
			},
			so: "refused",
		},
	]
}

fn tags() -> Vec<Threat> {
	vec![
		Threat {
			calls: &["Products.verify_tag"],
			by: "stranger",
			wants: "have a fake look genuine: with a signature of somebody else's scan, one of his own from before, and none at all",
			scene: tagged,
			does: || {
				fails(STRANGER, scan(&account(CUSTOMER), 1), Error::BadSignature);
				let old = scan(&account(STRANGER), 1);
				done(STRANGER, old.clone());
				pass(1);
				fails(STRANGER, old, Error::CounterNotRising);
				let Call::verify_tag {
					gtin,
					serial,
					block,
					counter,
					..
				} = scan(&account(STRANGER), 2)
				else {
					panic!("it is that call");
				};
				let forged = Call::<Runtime>::verify_tag {
					gtin,
					serial,
					block,
					counter,
					signature: [1; 64],
				};
				fails(STRANGER, forged, Error::BadSignature);
			},
			so: "a tag signs who asks and a block that nobody knew before, with a counter that rises: refused. (His first scan here \
			     was of the real tag.)",
		},
		Threat {
			calls: &["Products.verify_tag"],
			by: "stranger",
			wants: "pass off a copy of a tag, with its key, as genuine",
			scene: || {
				tagged();
				act(CUSTOMER, scan(&account(CUSTOMER), 7));
				pass(1);
			},
			does: || {
				done(STRANGER, scan(&account(STRANGER), 3));
				let tag = bpiiot_runtime::Products::tag_of(part(), serial("A")).expect("it has one");
				assert_eq!(tag.copies, 1);
			},
			so: "its counter has fallen behind: everybody sees from now on that there are two. Which is the copy is not known",
		},
	]
}

fn recalls() -> Vec<Threat> {
	vec![
		Threat {
			calls: &[
				"Products.recall",
				"Products.narrow",
				"Products.lift",
				"Products.confirm",
				"Products.contest",
			],
			by: "stranger",
			wants: "recall what others have made, or speak for them",
			scene: affected,
			does: || {
				let (recall, making) = (recall(), making());
				fails(STRANGER, recall_thing(item_of(part(), "A")), Error::NotYoursToRecall);
				fails(
					STRANGER,
					Call::<Runtime>::narrow {
						recall,
						window: None,
						exceptions: list([making]),
					},
					Error::NotTheIssuer,
				);
				fails(STRANGER, lift(), Error::NotTheIssuer);
				fails(
					STRANGER,
					Call::<Runtime>::confirm { recall, making },
					Error::NotTheMaker,
				);
				fails(STRANGER, contest(), Error::NotTheMaker);
			},
			so: "refused, all five",
		},
		Threat {
			calls: &["Products.recall"],
			by: "owner",
			wants: "hold up others' recalls with a hundred of his own",
			scene: || {
				prefixed();
				act(OWNER, set_space(of_owner(), 200));
				for nth in 0..=most_recalls() {
					act(OWNER, register_one(part(), &format!("R{nth}")));
				}
			},
			does: || {
				for nth in 0..most_recalls() {
					done(OWNER, recall_thing(item_of(part(), &format!("R{nth}"))));
				}
				let one_more = recall_thing(item_of(part(), &format!("R{}", most_recalls())));
				fails(OWNER, one_more, Error::TooManyRecalls);
			},
			so: "64 at a time, with a fee and a bond each; all recalls have their turns in a block's spare time, and whoever pays \
			     helps one on",
		},
		Threat {
			calls: &["Products.narrow"],
			by: "owner",
			wants: "have a recall spread anew again and again, so that it never ends",
			scene: affected,
			does: || {
				for nth in 0..4 {
					let exceptions = list([pallet_products::MakingId::from(nth)]);
					let (recall, window) = (recall(), None);
					done(
						OWNER,
						Call::<Runtime>::narrow {
							recall,
							window,
							exceptions,
						},
					);
				}
			},
			so: "a fee each time: here four; the wider one counts until the narrower one is through",
		},
		Threat {
			calls: &["Products.spread", "Products.close_recall"],
			by: "stranger",
			wants: "have a recall gone before it is over, or work that is not there paid for",
			scene: affected,
			does: || {
				fails(STRANGER, spread(100), Error::NothingToDo);
				fails(
					STRANGER,
					Call::<Runtime>::close_recall { recall: recall() },
					Error::NotCleared,
				);
			},
			so: "refused, both; whoever helps a recall on pays for the steps that were done",
		},
	]
}

fn judgements() -> Vec<Threat> {
	vec![
		Threat {
			calls: &["Products.recall", "Products.lift"],
			by: "owner",
			wants: "ruin the customer's name by a false recall, and take it back just before it is judged",
			scene: sold_on,
			does: || {
				done(OWNER, recall_thing(steel_lot()));
				pass(1);
				done(CUSTOMER, contest());
				done(OWNER, lift());
				root_acts(judge(false));
				let (recall, making) = (recall(), making());
				done(STRANGER, Call::<Runtime>::settle_contest { recall, making });
			},
			so: "his bond is the collators' all the same, as he could have been right; who has contested has his own back",
		},
		Threat {
			calls: &["Products.contest", "Products.settle_contest"],
			by: "customer",
			wants: "contest everything, so that what he has made is never called recalled",
			scene: affected,
			does: || {
				done(CUSTOMER, contest());
				root_acts(judge(true));
				let (recall, making) = (recall(), making());
				done(STRANGER, Call::<Runtime>::settle_contest { recall, making });
			},
			so: "a bond for each making, which is the collators' when the recall was right; what he has made is affected all the \
			     time, and recalled in the end",
		},
		Threat {
			calls: &["Products.recall"],
			by: "customer",
			wants: "recall the owner's other goods by a component that both have used",
			scene: sold_on,
			does: || {
				let (thing, example) = (steel_lot(), making());
				let scope = Scope::Component { thing, example };
				let reason = Hash::repeat_byte(5);
				done(CUSTOMER, Call::<Runtime>::recall { scope, reason });
				pass(1);
				assert!(now() > 0);
				let page = bpiiot_runtime::Products::affected_by(recall(), None);
				assert_eq!(page.found.len(), 1, "his own");
			},
			so: "it reaches what he has made of it himself, and nothing of others",
		},
	]
}
