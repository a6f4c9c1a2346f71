//! A text as a QR code.

use qrcode::{render::svg, EcLevel, QrCode};

/// SVG of the code, dark in the colour of the text around it, on nothing; none when the text is too long.
pub(crate) fn svg(text: &str) -> Option<String> {
	let code = QrCode::with_error_correction_level(text, EcLevel::M).ok()?;
	let mut renderer = code.render::<svg::Color>();
	renderer.dark_color(svg::Color("currentColor"));
	renderer.light_color(svg::Color("none"));
	let svg = renderer.quiet_zone(true).min_dimensions(200, 200).build();
	// The page puts it into its own text, where a declaration has no place.
	let from = svg.find("<svg").unwrap_or(0);
	svg.get(from..).map(str::to_owned)
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn is_svg_without_colours_of_its_own() {
		let svg = svg("5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY").unwrap();
		assert!(svg.starts_with("<svg ") && svg.ends_with("</svg>"), "{svg}");
		assert!(svg.contains(r#"fill="currentColor""#) && svg.contains(r#"fill="none""#));
		assert!(!svg.contains('#'));
	}

	#[test]
	fn says_when_a_text_is_too_long() {
		assert_eq!(svg(&"x".repeat(5_000)), None);
	}
}
