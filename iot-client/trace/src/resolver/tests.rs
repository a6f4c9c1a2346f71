use super::*;
use crate::keys::Gtin;
use proptest::prelude::*;
use serde_json::Value;

fn base() -> Uri {
	Uri::parse("https://trace.example").unwrap()
}

fn link(link_type: &str, href: &str) -> Link {
	Link::new(link_type.parse().unwrap(), href, "A page").unwrap()
}

fn in_language(link_type: &str, href: &str, language: &str) -> Link {
	link(link_type, href).language(language).unwrap()
}

fn key(target: &str) -> crate::Key {
	DigitalLink::parse_target(target).unwrap().key().clone()
}

/// A product with a lot and an item of it.
fn entries() -> Vec<Entry> {
	let home = Uri::parse("https://maker.example/rice").unwrap();
	let links = vec![
		in_language("gs1:pip", "https://maker.example/rice", "en"),
		in_language("gs1:pip", "https://maker.example/reis", "de"),
		in_language("gs1:pip", "https://maker.example/arroz", "pt-BR").context("BR"),
		link("gs1:instructions", "https://maker.example/cook.pdf")
			.media_type("application/pdf")
			.unwrap(),
		link("gs1:instructions", "https://maker.example/cook")
			.media_type("text/html")
			.unwrap(),
		link("gs1:hasRetailers", "https://shops.example/?q=rice#list"),
		link("gs1:certificationInfo", "https://certificates.example/1"),
		link("gs1:certificationInfo", "https://certificates.example/2"),
		in_language("gs1:defaultLinkMulti", "https://maker.example/reis", "de"),
	];
	let lot = vec![link("gs1:traceability", "https://maker.example/lots/ABC")];
	let item = vec![link("gs1:epcis", "https://maker.example/events?serial=1")];
	vec![
		Entry::new(key("/01/09506000134352"), "Risotto rice", Some(home), links).unwrap(),
		Entry::new(key("/01/09506000134352/10/ABC"), "A lot of it", None, lot).unwrap(),
		Entry::new(key("/01/09506000134352/10/ABC/21/1"), "One bag", None, item).unwrap(),
	]
}

fn answer(target: &str, accept: Option<&str>, accept_language: Option<&str>) -> Answer {
	let request = Request {
		target,
		accept,
		accept_language,
	};
	resolve(&base(), &request, &entries())
}

#[track_caller]
fn leads(target: &str, accept: Option<&str>, accept_language: Option<&str>, to: &str) {
	match answer(target, accept, accept_language) {
		Answer::Redirect { location, link } => {
			assert_eq!(location, to);
			assert!(
				link.contains("?linkType=linkset>; rel=\"linkset\"; type=\"application/linkset+json\""),
				"{link}"
			);
		}
		other => panic!("{target} leads nowhere: {other:?}"),
	}
}

#[test]
fn without_a_type_the_default_link_is_taken_unless_the_language_says_better() {
	for target in [
		"/01/09506000134352",
		"/01/9506000134352/",
		"/gtin/9506000134352",
		"/01/09506000134352/10/ABC/21/1",
	] {
		leads(target, None, None, "https://maker.example/rice");
		leads(target, None, Some("fr"), "https://maker.example/rice");
		leads(
			target,
			Some("text/html,*/*;q=0.8"),
			Some("de-AT,en;q=0.5"),
			"https://maker.example/reis",
		);
	}
	// Another lot, and an item of no lot that is known.
	leads(
		"/01/09506000134352/10/XYZ/21/9",
		None,
		None,
		"https://maker.example/rice",
	);
}

#[test]
fn a_type_that_is_asked_for_is_found_at_the_closest_level() {
	let item = "/01/09506000134352/10/ABC/21/1";
	leads(
		&format!("{item}?linkType=gs1:epcis"),
		None,
		None,
		"https://maker.example/events?serial=1&linkType=gs1:epcis",
	);
	leads(
		&format!("{item}?linkType=traceability"),
		None,
		None,
		"https://maker.example/lots/ABC?linkType=traceability",
	);
	let whole = "https%3A%2F%2Fgs1.org%2Fvoc%2FhasRetailers";
	leads(
		&format!("{item}?linktype={whole}&x=1"),
		None,
		None,
		&format!("https://shops.example/?q=rice&linktype={whole}&x=1#list"),
	);
	leads(
		&format!("{item}?linkType=gs1:defaultLink"),
		None,
		None,
		"https://maker.example/rice?linkType=gs1:defaultLink",
	);
	for (target, asked) in [
		("/01/09506000134352?linkType=gs1:epcis", "gs1:epcis"),
		("/01/09506000134352?linkType=gs1:recallStatus", "gs1:recallStatus"),
		("/01/09506000134352?linkType=javascript:alert(1)", "javascript:alert(1)"),
		("/01/09506000134352?linkType=", ""),
	] {
		let not_found = Answer::NotFound {
			link_type: Some(asked.to_owned()),
		};
		assert_eq!(answer(target, None, None), not_found, "{target}");
		assert_eq!(not_found.status(), 404);
	}
}

#[test]
fn of_several_links_of_a_type_the_one_that_fits_is_taken() {
	let pages = "/01/09506000134352?linkType=gs1:pip";
	let asked = |page: &str| format!("https://maker.example/{page}?linkType=gs1:pip");
	leads(pages, None, Some("de"), &asked("reis"));
	leads(pages, None, Some("en;q=0.2, de;q=0.9"), &asked("reis"));
	leads(pages, None, Some("pt"), &asked("arroz"));
	// Nothing fits: the default link's target is among them.
	leads(pages, None, Some("ja"), &asked("rice"));
	leads(pages, None, None, &asked("rice"));
	leads(
		"/01/09506000134352?linkType=gs1:pip&context=br",
		None,
		None,
		"https://maker.example/arroz?linkType=gs1:pip&context=br",
	);
	let cook = "/01/09506000134352?linkType=gs1:instructions";
	leads(
		cook,
		Some("application/pdf"),
		None,
		"https://maker.example/cook.pdf?linkType=gs1:instructions",
	);
	leads(
		cook,
		Some("text/html,application/pdf;q=0.1"),
		None,
		"https://maker.example/cook?linkType=gs1:instructions",
	);
}

#[test]
fn links_that_nothing_tells_apart_are_all_shown() {
	let Answer::Choices { body, link } = answer("/01/09506000134352?linkType=gs1:certificationInfo", None, None) else {
		panic!("not several");
	};
	assert!(link.contains("json-ld#context"));
	let body: Value = serde_json::from_str(&body).unwrap();
	let object = &body["linkset"][0];
	assert_eq!(
		object["https://ref.gs1.org/voc/certificationInfo"]
			.as_array()
			.unwrap()
			.len(),
		2
	);
	assert_eq!(object.as_object().unwrap().len(), 3);
}

#[test]
fn a_linkset_has_all_levels_and_what_rfc_9264_and_gs1_ask_of_it() {
	let item = "/01/09506000134352/10/ABC/21/1";
	let whole = answer(&format!("{item}?linkType=linkset"), None, None);
	assert_eq!(whole, answer(&format!("{item}?linkType=all"), None, None));
	assert_eq!(whole, answer(item, Some("application/linkset+json"), None));
	let Answer::Linkset { body, link } = &whole else {
		panic!("no linkset");
	};
	assert_eq!(
		link,
		"<https://trace.example/01/09506000134352/10/ABC/21/1?linkType=linkset>; rel=\"linkset\"; type=\"application/linkset+json\", \
		 <https://ref.gs1.org/standards/resolver/linkset-context>; rel=\"http://www.w3.org/ns/json-ld#context\"; \
		 type=\"application/ld+json\""
	);
	let body: Value = serde_json::from_str(body).unwrap();
	let objects = body["linkset"].as_array().unwrap();
	let anchors: Vec<_> = objects
		.iter()
		.map(|object| object["anchor"].as_str().unwrap())
		.collect();
	let at = "https://trace.example/01/09506000134352";
	assert_eq!(
		anchors,
		[format!("{at}/10/ABC/21/1"), format!("{at}/10/ABC"), at.to_owned()]
	);
	let default = &objects[2]["https://ref.gs1.org/voc/defaultLink"];
	assert_eq!(
		*default,
		serde_json::json!([{ "href": "https://maker.example/rice", "title": "A page" }])
	);
	let page = &objects[2]["https://ref.gs1.org/voc/pip"][2];
	assert_eq!(
		*page,
		serde_json::json!({ "href": "https://maker.example/arroz", "title": "A page", "hreflang": ["pt-BR"], "context": ["BR"] })
	);
	// Each relation is a web address, each target has an address and a title, and there is nothing else.
	for object in objects {
		for (name, links) in object.as_object().unwrap() {
			if name == "anchor" || name == "itemDescription" {
				continue;
			}
			assert!(Uri::parse_web(name).is_ok(), "{name}");
			for link in links.as_array().unwrap() {
				assert!(Uri::parse_web(link["href"].as_str().unwrap()).is_ok());
				assert!(!link["title"].as_str().unwrap().is_empty());
				let names = ["href", "title", "type", "hreflang", "context"];
				assert!(link
					.as_object()
					.unwrap()
					.keys()
					.all(|name| names.contains(&name.as_str())));
			}
		}
	}
}

#[test]
fn what_is_no_link_or_not_known_is_told() {
	let wrong = answer("/01/09506000134353", None, None);
	assert_eq!(wrong.status(), 400);
	let Answer::BadRequest(error) = wrong else {
		panic!("no error")
	};
	assert_eq!(
		error.to_string(),
		"the check digit of the GTIN 09506000134353 is 3; after 0950600013435 it must be 2"
	);
	assert_eq!(
		answer("/01/00614141000036", None, None),
		Answer::NotFound { link_type: None }
	);
	let request = Request {
		target: "/01/09506000134352/10/ABC",
		..Request::default()
	};
	assert_eq!(
		resolve(&base(), &request, &entries()[1..]),
		Answer::NotFound { link_type: None }
	);
}

#[test]
fn entries_and_links_that_cannot_be_are_refused() {
	let page = LinkType::product_page();
	for (error, said) in [
		(
			Link::new(page.clone(), "javascript:alert(1)", "x").unwrap_err(),
			"the target \"javascript:alert(1)\": the URI begins with \"javascript:alert(1)\"; it must begin with https:// or http:// \
			 and a domain",
		),
		(Link::new(page.clone(), "https://a/", "").unwrap_err(), "the title has 0 signs; it must have 1 to 200"),
		(
			link("pip", "https://a/").language("e").unwrap_err(),
			"\"e\" is no language; it must be a tag of RFC 5646 such as de or en-GB",
		),
		(
			link("pip", "https://a/").media_type("html").unwrap_err(),
			"\"html\" is no media type; it must be a kind, / and a name, such as text/html",
		),
		(
			LinkType::parse("gs1:a b").unwrap_err(),
			"\"gs1:a b\" is no link type; it must be a name of GS1's vocabulary such as gs1:pip, or a web address",
		),
		(
			Entry::new(Gtin::parse("96385074").unwrap().into(), "", Some(base()), vec![]).unwrap_err(),
			"the default link https://trace.example is the target of none of the links; a link of another type must say what it is",
		),
	] {
		assert_eq!(error.to_string(), said);
	}
	let many = vec![link("pip", "https://a/"); MOST_LINKS + 1];
	assert!(matches!(
		Entry::new(Gtin::parse("96385074").unwrap().into(), "", None, many),
		Err(EntryError::TooMany { got: 257 })
	));
	assert_eq!(LinkType::parse("http://gs1.org/voc/pip"), Ok(page));
}

proptest! {
	#[test]
	fn whatever_is_asked_the_answer_is_a_plain_header(
		query in ".{0,40}",
		accept in proptest::option::of(".{0,20}"),
		language in proptest::option::of("[a-z,;=.0-9 -]{0,20}"),
		link_type in "(gs1:pip|gs1:certificationInfo|linkset|defaultLink|x|%)",
	) {
		let target = format!("/01/09506000134352/10/ABC?linkType={link_type}&{query}");
		match answer(&target, accept.as_deref(), language.as_deref()) {
			Answer::Redirect { location, link } => {
				prop_assert!(location.bytes().all(|byte| byte.is_ascii_graphic()), "{}", location);
				prop_assert!(location.starts_with("https://maker.example/"));
				prop_assert!(link.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' '));
			}
			Answer::Linkset { body, .. } | Answer::Choices { body, .. } => {
				prop_assert!(serde_json::from_str::<Value>(&body).is_ok());
			}
			Answer::BadRequest(_) | Answer::NotFound { .. } => {}
		}
	}
}
