//! The facts of the Application Identifiers.

/// Which signs a part of a value may have.
#[derive(Clone, Copy)]
pub(super) enum Signs {
	Digits,
	/// Character set 82.
	Text,
	/// Character set 39: capital letters, digits, `#`, `-` and `/`.
	Parts,
	/// Character set 64: base64 for URLs.
	Base64,
}

/// What else must hold for a part.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Check {
	None,
	Digit,
	/// A day; 00 stands for the whole month.
	MonthOrDay,
	Day,
}

/// A part of a value.
#[derive(Clone, Copy)]
pub(super) struct Part {
	pub(super) signs: Signs,
	pub(super) least: usize,
	pub(super) most: usize,
	pub(super) check: Check,
	/// Whether it may be left out. Such parts come last.
	pub(super) optional: bool,
}

const fn part(signs: Signs, least: usize, most: usize, check: Check) -> Part {
	Part {
		signs,
		least,
		most,
		check,
		optional: false,
	}
}

/// Exactly so many digits.
const fn n(digits: usize) -> Part {
	part(Signs::Digits, digits, digits, Check::None)
}

/// The same, the last of them a check digit.
const fn k(digits: usize) -> Part {
	part(Signs::Digits, digits, digits, Check::Digit)
}

/// One to so many digits.
const fn n_to(most: usize) -> Part {
	part(Signs::Digits, 1, most, Check::None)
}

/// One to so many signs.
const fn x_to(most: usize) -> Part {
	part(Signs::Text, 1, most, Check::None)
}

/// The same, or nothing.
const fn maybe(part: Part) -> Part {
	Part { optional: true, ..part }
}

const DAY_OR_MONTH: Part = part(Signs::Digits, 6, 6, Check::MonthOrDay);
const DAY: Part = part(Signs::Digits, 6, 6, Check::Day);

/// From, to, and what the value is made of.
pub(super) type Row = (u16, u16, &'static [Part]);

/// In rising order.
pub(super) const TABLE: &[Row] = &[
	(0, 0, &[k(18)]),
	(1, 3, &[k(14)]),
	(10, 10, &[x_to(20)]),
	(11, 13, &[DAY_OR_MONTH]),
	(15, 17, &[DAY_OR_MONTH]),
	(20, 20, &[n(2)]),
	(21, 22, &[x_to(20)]),
	(30, 30, &[n_to(8)]),
	(37, 37, &[n_to(8)]),
	(90, 90, &[x_to(30)]),
	(91, 99, &[x_to(90)]),
	(235, 235, &[x_to(28)]),
	(240, 241, &[x_to(30)]),
	(242, 242, &[n_to(6)]),
	(243, 243, &[x_to(20)]),
	(250, 251, &[x_to(30)]),
	(253, 253, &[k(13), maybe(x_to(17))]),
	(254, 254, &[x_to(20)]),
	(255, 255, &[k(13), maybe(n_to(12))]),
	(400, 401, &[x_to(30)]),
	(402, 402, &[k(17)]),
	(403, 403, &[x_to(30)]),
	(410, 417, &[k(13)]),
	(420, 420, &[x_to(20)]),
	(421, 421, &[n(3), x_to(9)]),
	(422, 422, &[n(3)]),
	(423, 423, &[n(3), maybe(n(3)), maybe(n(3)), maybe(n(3)), maybe(n(3))]),
	(424, 424, &[n(3)]),
	(425, 425, &[n(3), maybe(n(3)), maybe(n(3)), maybe(n(3)), maybe(n(3))]),
	(426, 426, &[n(3)]),
	(427, 427, &[x_to(3)]),
	(710, 717, &[x_to(20)]),
	(3100, 3105, &[n(6)]),
	(3110, 3115, &[n(6)]),
	(3120, 3125, &[n(6)]),
	(3130, 3135, &[n(6)]),
	(3140, 3145, &[n(6)]),
	(3150, 3155, &[n(6)]),
	(3160, 3165, &[n(6)]),
	(3200, 3205, &[n(6)]),
	(3210, 3215, &[n(6)]),
	(3220, 3225, &[n(6)]),
	(3230, 3235, &[n(6)]),
	(3240, 3245, &[n(6)]),
	(3250, 3255, &[n(6)]),
	(3260, 3265, &[n(6)]),
	(3270, 3275, &[n(6)]),
	(3280, 3285, &[n(6)]),
	(3290, 3295, &[n(6)]),
	(3300, 3305, &[n(6)]),
	(3310, 3315, &[n(6)]),
	(3320, 3325, &[n(6)]),
	(3330, 3335, &[n(6)]),
	(3340, 3345, &[n(6)]),
	(3350, 3355, &[n(6)]),
	(3360, 3365, &[n(6)]),
	(3370, 3375, &[n(6)]),
	(3400, 3405, &[n(6)]),
	(3410, 3415, &[n(6)]),
	(3420, 3425, &[n(6)]),
	(3430, 3435, &[n(6)]),
	(3440, 3445, &[n(6)]),
	(3450, 3455, &[n(6)]),
	(3460, 3465, &[n(6)]),
	(3470, 3475, &[n(6)]),
	(3480, 3485, &[n(6)]),
	(3490, 3495, &[n(6)]),
	(3500, 3505, &[n(6)]),
	(3510, 3515, &[n(6)]),
	(3520, 3525, &[n(6)]),
	(3530, 3535, &[n(6)]),
	(3540, 3545, &[n(6)]),
	(3550, 3555, &[n(6)]),
	(3560, 3565, &[n(6)]),
	(3570, 3575, &[n(6)]),
	(3600, 3605, &[n(6)]),
	(3610, 3615, &[n(6)]),
	(3620, 3625, &[n(6)]),
	(3630, 3635, &[n(6)]),
	(3640, 3645, &[n(6)]),
	(3650, 3655, &[n(6)]),
	(3660, 3665, &[n(6)]),
	(3670, 3675, &[n(6)]),
	(3680, 3685, &[n(6)]),
	(3690, 3695, &[n(6)]),
	(3900, 3909, &[n_to(15)]),
	(3910, 3919, &[n(3), n_to(15)]),
	(3920, 3929, &[n_to(15)]),
	(3930, 3939, &[n(3), n_to(15)]),
	(3940, 3943, &[n(4)]),
	(3950, 3955, &[n(6)]),
	(4300, 4301, &[x_to(35)]),
	(4302, 4306, &[x_to(70)]),
	(4307, 4307, &[part(Signs::Text, 2, 2, Check::None)]),
	(4308, 4308, &[x_to(30)]),
	(4309, 4309, &[n(20)]),
	(4310, 4311, &[x_to(35)]),
	(4312, 4316, &[x_to(70)]),
	(4317, 4317, &[part(Signs::Text, 2, 2, Check::None)]),
	(4318, 4318, &[x_to(20)]),
	(4319, 4319, &[x_to(30)]),
	(4320, 4320, &[x_to(35)]),
	(4321, 4323, &[n(1)]),
	(4324, 4325, &[DAY_OR_MONTH, n(4)]),
	(4326, 4326, &[DAY]),
	(4330, 4333, &[n(6), maybe(x_to(1))]),
	(7001, 7001, &[n(13)]),
	(7002, 7002, &[x_to(30)]),
	(7003, 7003, &[DAY, n(4)]),
	(7004, 7004, &[n_to(4)]),
	(7005, 7005, &[x_to(12)]),
	(7006, 7006, &[DAY]),
	(7007, 7007, &[DAY, maybe(DAY)]),
	(7008, 7008, &[x_to(3)]),
	(7009, 7009, &[x_to(10)]),
	(7010, 7010, &[x_to(2)]),
	(7011, 7011, &[DAY, maybe(n(4))]),
	(7020, 7022, &[x_to(20)]),
	(7023, 7023, &[x_to(30)]),
	(7030, 7039, &[n(3), x_to(27)]),
	(7040, 7040, &[n(1), part(Signs::Text, 3, 3, Check::None)]),
	(7041, 7041, &[x_to(4)]),
	(7230, 7239, &[part(Signs::Text, 3, 30, Check::None)]),
	(7240, 7240, &[x_to(20)]),
	(7241, 7241, &[n(2)]),
	(7242, 7242, &[x_to(25)]),
	(7250, 7250, &[n(8)]),
	(7251, 7251, &[n(12)]),
	(7252, 7252, &[n(1)]),
	(7253, 7254, &[x_to(40)]),
	(7255, 7255, &[x_to(10)]),
	(7256, 7256, &[x_to(90)]),
	(7257, 7257, &[x_to(70)]),
	(7258, 7258, &[part(Signs::Text, 3, 3, Check::None)]),
	(7259, 7259, &[x_to(40)]),
	(8001, 8001, &[n(14)]),
	(8002, 8002, &[x_to(20)]),
	(8003, 8003, &[n(1), k(13), maybe(x_to(16))]),
	(8004, 8004, &[x_to(30)]),
	(8005, 8005, &[n(6)]),
	(8006, 8006, &[k(14), n(4)]),
	(8007, 8007, &[x_to(34)]),
	(8008, 8008, &[DAY, n(2), maybe(n(2)), maybe(n(2))]),
	(8009, 8009, &[x_to(50)]),
	(8010, 8010, &[part(Signs::Parts, 1, 30, Check::None)]),
	(8011, 8011, &[n_to(12)]),
	(8012, 8012, &[x_to(20)]),
	(8013, 8014, &[x_to(25)]),
	(8017, 8018, &[k(18)]),
	(8019, 8019, &[n_to(10)]),
	(8020, 8020, &[x_to(25)]),
	(8026, 8026, &[k(14), n(4)]),
	(8030, 8030, &[part(Signs::Base64, 1, 90, Check::None)]),
	(8040, 8041, &[n(15)]),
	(8042, 8042, &[n(32)]),
	(8043, 8043, &[n(18), maybe(n_to(2))]),
	(8110, 8110, &[x_to(70)]),
	(8111, 8111, &[n(4)]),
	(8112, 8112, &[x_to(70)]),
	(8200, 8200, &[x_to(70)]),
];

/// Those that may not be attributes in the query of a GS1 Digital Link URI.
pub(super) const NO_ATTRIBUTE: &[u16] = &[
	3, 21, 22, 235, 254, 7040, 7041, 8011, 8014, 8019, 8020, 8040, 8041, 8042, 8043, 8200,
];
