//! The client's commands about goods on a real node: what they do, and what they say of what is wrong.

use anyhow::{Context, Result};
use bpiiot_harness::{
	process::within,
	world::{account_of, World},
};
use serde_json::Value;
use std::time::Duration;

const BLOCK_TIME: Duration = Duration::from_millis(250);
/// More than a node may take to start, and less than nextest lets a test take.
const LIMIT: Duration = Duration::from_secs(480);
const STEP: Duration = Duration::from_secs(90);

const QUOTE: &str = "\
category = \"drills\"
item = \"drill-8\"
lead_time = \"2h\"
areas = [\"DE\"]
[conditions]
review_window = \"1h\"
[[tier]]
from = 1
unit_price = \"2\"
";

/// Sealed, and awarded by hand. A development chain makes 6 s of its time a block.
const REQUEST: &str = "\
category = \"drills\"
item = \"drill-8\"
quantity = 20
area = \"DE-HB\"
max_price = \"50\"
max_lead_time = \"1d\"
bidding = \"sealed\"
reveal_window = \"10m\"
award = \"by hand\"
bid_window = \"2m\"
award_window = \"1d\"
[weights]
price = \"50%\"
lead_time = \"25%\"
standing = \"25%\"
[conditions]
review_window = \"1h\"
";

/// Runs a command that must succeed; gives its objects.
async fn done(world: &World, line: &str) -> Result<Vec<Value>> {
	let arguments: Vec<_> = line.split_whitespace().collect();
	let answer = world.site.run(&arguments).await?;
	let objects = answer.said.lines().map(serde_json::from_str).collect::<Result<_, _>>();
	objects.with_context(|| format!("`{line}` printed {}", answer.said))
}

/// The id that a command has made.
async fn made(world: &World, line: &str, what: &str) -> Result<u64> {
	let objects = done(world, line).await?;
	let found = objects.iter().find_map(|object| object[what].as_u64());
	found.with_context(|| format!("`{line}` names no {what}: {objects:?}"))
}

/// Runs commands that must be refused, each with these words.
async fn refused(world: &World, cases: &[(&str, &str)]) -> Result<()> {
	for (line, words) in cases {
		let arguments: Vec<_> = line.split_whitespace().collect();
		let answer = world.site.command(&arguments).await?;
		assert_eq!(answer.status.code(), Some(1), "{line}: {}", answer.text());
		assert!(answer.text().contains(words), "{line}: {}", answer.text());
	}
	Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn goods_are_sold_asked_for_and_kept_and_mistakes_move_nothing() -> Result<()> {
	within(LIMIT, async {
		let world = World::start(BLOCK_TIME, None).await?;
		from_a_quote(&world).await?;
		by_sealed_bids(&world).await?;
		on_stock(&world).await?;
		world.stop().await
	})
	.await
}

async fn from_a_quote(world: &World) -> Result<()> {
	// GIVEN a supplier who is found, and his quote.
	done(world, "supplier publish --category drills --area DE --as //Supplier").await?;
	let found = done(world, "supplier find --category drills --area DE-HB").await?;
	assert!(found.is_empty(), "a part of a country finds who names that: {found:?}");
	let found = done(world, "supplier find --category drills --area DE").await?;
	assert_eq!(found[0]["account"], account_of("Supplier").to_string());
	let file = world.site.add_file("quote.toml", QUOTE)?.display().to_string();
	let quote = made(
		world,
		&format!("quote publish {file} --stock 10 --as //Supplier"),
		"quote",
	)
	.await?;
	let listed = done(world, "quote list --category drills --area DE").await?;
	assert_eq!(listed[0]["id"], quote);
	// WHEN it is ordered from in ways that do not fit, THEN that is said before anything is signed, or by the chain.
	let buy = |rest: &str| format!("quote buy {quote} {rest}");
	refused(
		world,
		&[
			(&buy("--quantity 11 --area DE --as //Customer"), "has 10 in stock"),
			(&buy("--quantity 0.5 --area DE --as //Customer"), "smallest order"),
			(
				&buy("--quantity 2 --max-price 3.9 --area DE --as //Customer"),
				"raise --max-price",
			),
			(&buy("--quantity 2 --area FR --as //Customer"), "NotDeliveredThere"),
			(&buy("--quantity 2 --area DE --as //Supplier"), "OwnQuote"),
			("quote buy 7 --quantity 2 --as //Customer", "see `quote list`"),
			(&format!("quote withdraw {quote} --as //Customer"), "NotTheSupplier"),
		],
	)
	.await?;
	assert!(world
		.chain
		.now()
		.await?
		.holds(&account_of("Customer"))
		.await?
		.is_empty());
	// WHEN it is ordered from, and each side does its part, THEN each step is done once and in its order.
	let order = made(world, &buy("--quantity 2 --area DE --as //Customer"), "order").await?;
	let on = |what: &str, rest: &str| format!("purchase {what} {order} {rest}");
	refused(
		world,
		&[
			(&on("confirm", "--as //Customer"), "nothing to accept or reject"),
			(&on("rate", "--stars 5 --as //Customer"), "when it has ended"),
			(&on("deliver", "--quantity 3 --as //Supplier"), "only 2 is outstanding"),
			(&on("deliver", "--as //Customer"), "NotTheSupplier"),
		],
	)
	.await?;
	done(world, &on("deliver", "--lot A-17 --as //Supplier")).await?;
	refused(
		world,
		&[
			(&on("deliver", "--as //Supplier"), "only while they are awaited"),
			(&on("confirm", "--quantity 2.5 --as //Customer"), "only 2 is in review"),
			(&on("confirm", "--as //Owner"), "NotTheBuyer"),
		],
	)
	.await?;
	done(world, &on("confirm", "--as //Customer")).await?;
	refused(world, &[(&on("rate", "--stars 5 --as //Owner"), "NotTheBuyer")]).await?;
	done(world, &on("rate", "--stars 5 --as //Customer")).await?;
	refused(world, &[(&on("rate", "--stars 1 --as //Customer"), "rated already")]).await?;
	done(world, &on("remove", "--as //Customer")).await?;
	refused(world, &[(&on("show", ""), "its record was removed")]).await?;
	let holds = world.chain.now().await?.holds(&account_of("Customer")).await?;
	assert!(holds.is_empty(), "{holds:?}");
	done(world, &format!("quote withdraw {quote} --as //Supplier")).await?;
	Ok(())
}

async fn by_sealed_bids(world: &World) -> Result<()> {
	// GIVEN a request with sealed bids.
	let file = world.site.add_file("request.toml", REQUEST)?.display().to_string();
	let request = made(world, &format!("request raise {file} --as //Customer"), "request").await?;
	let on = |what: &str, rest: &str| format!("request {what} {request} {rest}");
	let offer = "--price 40 --lead-time 6h --as //Supplier";
	refused(
		world,
		&[
			(
				&on("bid", "--price 51 --lead-time 6h --as //Supplier"),
				"pays at most 50 BPI",
			),
			(
				&on("bid", "--price 40 --lead-time 2d --as //Supplier"),
				"waits 1 d 0 h at most",
			),
			(&on("bid", "--price 40 --lead-time 6h --as //Customer"), "OwnRequest"),
			("request show 7", "see `request list`"),
		],
	)
	.await?;
	let said = done(world, &on("bid", offer)).await?;
	let salt = said
		.iter()
		.find_map(|object| object["salt"].as_str())
		.context("a salt is printed")?;
	let salt = salt.to_owned();
	let reveal = on("reveal", &format!("{offer} --salt {salt}"));
	refused(world, &[(&reveal, "TooEarly"), (&on("bid", offer), "AlreadyBid")]).await?;
	// WHEN bidding is over.
	let over = async |view: &bpiiot_harness::chain::View| {
		let clock = view.clock().await?;
		let text = done(world, &on("show", "")).await?;
		let until = text[0]["request"]["bid_until"].as_u64().context("the end of bidding")?;
		Ok((clock.last - clock.stopped > until).then_some(()))
	};
	world.chain.wait_for("the end of bidding", STEP, over).await?;
	let wrong = on(
		"reveal",
		&format!("--price 39 --lead-time 6h --as //Supplier --salt {salt}"),
	);
	refused(
		world,
		&[
			(&on("bid", "--price 30 --lead-time 6h --as //Owner"), "were over"),
			(&wrong, "RevealMismatch"),
			(&on("award", "--as //Customer"), "say to whom"),
			(&on("award", "--to //Supplier --as //Customer"), "has no bid"),
		],
	)
	.await?;
	done(world, &reveal).await?;
	// THEN the buyer awards it by hand, when all that was sealed was revealed or could have been.
	let award = on("award", "--to //Supplier --as //Customer");
	let view = world.chain.now().await?;
	assert!(view.purchases().await?.is_empty());
	let deadline = async |_: &bpiiot_harness::chain::View| {
		let arguments: Vec<_> = award.split_whitespace().collect();
		let answer = world.site.command(&arguments).await?;
		match answer.status.success() {
			true => Ok(Some(())),
			false => {
				assert!(answer.text().contains("TooEarly"), "{}", answer.text());
				Ok(None)
			}
		}
	};
	world.chain.wait_for("the award", STEP, deadline).await?;
	let bought = world.chain.now().await?.purchases().await?;
	assert_eq!(bought.len(), 1);
	assert_eq!(bought[0].1.escrow.payee, account_of("Supplier"));
	Ok(())
}

async fn on_stock(world: &World) -> Result<()> {
	// GIVEN a site where drills are kept.
	let site = made(
		world,
		"stock open --name Hall-1 --region DE-HB --room 4 --as //Owner",
		"site",
	)
	.await?;
	let on = |what: &str, rest: &str| format!("stock {what} --site {site} --item drill-8 {rest}");
	done(world, &on("keep", "--unit H87 --as //Owner")).await?;
	done(world, &on("receive", "--quantity 5 --lot A --as //Owner")).await?;
	// WHEN somebody else touches them, or more is used than there is, THEN nothing moves.
	refused(
		world,
		&[
			(&on("issue", "--quantity 6 --as //Owner"), "NotEnough"),
			(&on("issue", "--quantity 1 --as //Customer"), "NotAllowed"),
			(
				&on("count", "--on-hand 4 --lot A --reason found --as //Owner"),
				"ReasonDoesNotFit",
			),
			(&on("keep", "--unit H87 --as //Owner"), "AlreadyKept"),
			(&format!("stock close {site} --as //Owner"), "InUse"),
			(
				&format!("stock count --site {site} --item none --on-hand 1 --as //Owner"),
				"is not kept at site",
			),
			("stock show 7", "there is no site 7"),
		],
	)
	.await?;
	assert_eq!(world.chain.now().await?.stock(site, "drill-8").await?.on_hand, 5_000);
	// AND what fits is done.
	done(world, &on("issue", "--quantity 1.5 --as //Owner")).await?;
	done(world, &on("count", "--on-hand 3 --lot A --reason lost --as //Owner")).await?;
	let shown = done(world, &format!("stock show {site}")).await?;
	assert_eq!(shown[0]["stock"]["lots"][0]["on_hand"], 3_000);
	assert_eq!(world.chain.now().await?.stock(site, "drill-8").await?.on_hand, 3_000);
	Ok(())
}
