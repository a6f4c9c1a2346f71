//! The words of the Core Business Vocabulary (CBV) 2.0, and of the GS1 Web Vocabulary for sensors.

use serde::{Serialize, Serializer};
use std::{fmt, str::FromStr};
use thiserror::Error;

/// A word that a vocabulary does not have.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{word:?} is no {vocabulary}; they are {words}")]
pub struct NoSuchWord {
	/// What was given, at most 40 signs of it.
	pub word: String,
	/// Which vocabulary.
	pub vocabulary: &'static str,
	/// The words that there are.
	pub words: String,
}

macro_rules! vocabulary {
	($(#[$doc:meta])* $name:ident, $called:literal, $prefix:literal, { $($variant:ident = $word:literal),+ $(,)? }) => {
		$(#[$doc])*
		#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
		pub enum $name {
			$(#[doc = concat!("`", $word, "`.")] $variant),+
		}

		impl $name {
			/// All of them.
			pub const ALL: &'static [Self] = &[$(Self::$variant),+];

			/// The word, as EPCIS in JSON has it.
			pub fn as_str(self) -> &'static str {
				match self {
					$(Self::$variant => $word),+
				}
			}

			/// What it means, as a URI.
			pub fn uri(self) -> String {
				format!(concat!($prefix, "{}"), self.as_str())
			}
		}

		impl fmt::Display for $name {
			fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
				f.write_str(self.as_str())
			}
		}

		impl FromStr for $name {
			type Err = NoSuchWord;
			fn from_str(word: &str) -> Result<Self, NoSuchWord> {
				Self::ALL.iter().find(|own| own.as_str() == word).copied().ok_or_else(|| NoSuchWord {
					word: word.chars().take(40).collect(),
					vocabulary: $called,
					words: Self::ALL.iter().map(|own| own.as_str()).collect::<Vec<_>>().join(", "),
				})
			}
		}

		impl Serialize for $name {
			fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
				serializer.serialize_str(self.as_str())
			}
		}
	};
}

vocabulary! {
	/// What an event does to the things that it names.
	Action, "action", "https://ref.gs1.org/epcis/", {
		Add = "ADD",
		Observe = "OBSERVE",
		Delete = "DELETE",
	}
}

vocabulary! {
	/// What was going on.
	BizStep, "business step", "https://ref.gs1.org/cbv/BizStep-", {
		Accepting = "accepting",
		Arriving = "arriving",
		Assembling = "assembling",
		Collecting = "collecting",
		Commissioning = "commissioning",
		Consigning = "consigning",
		CreatingClassInstance = "creating_class_instance",
		CycleCounting = "cycle_counting",
		Decommissioning = "decommissioning",
		Departing = "departing",
		Destroying = "destroying",
		Disassembling = "disassembling",
		Dispensing = "dispensing",
		Encoding = "encoding",
		EnteringExiting = "entering_exiting",
		Holding = "holding",
		Inspecting = "inspecting",
		Installing = "installing",
		Killing = "killing",
		Loading = "loading",
		Other = "other",
		Packing = "packing",
		Picking = "picking",
		Receiving = "receiving",
		Removing = "removing",
		Repackaging = "repackaging",
		Repairing = "repairing",
		Replacing = "replacing",
		Reserving = "reserving",
		RetailSelling = "retail_selling",
		Sampling = "sampling",
		SensorReporting = "sensor_reporting",
		Shipping = "shipping",
		StagingOutbound = "staging_outbound",
		StockTaking = "stock_taking",
		Stocking = "stocking",
		Storing = "storing",
		Transporting = "transporting",
		Unloading = "unloading",
		Unpacking = "unpacking",
		VoidShipping = "void_shipping",
	}
}

vocabulary! {
	/// What has become of the things.
	Disposition, "disposition", "https://ref.gs1.org/cbv/Disp-", {
		Active = "active",
		Available = "available",
		CompletenessInferred = "completeness_inferred",
		CompletenessVerified = "completeness_verified",
		Conformant = "conformant",
		ContainerClosed = "container_closed",
		ContainerOpen = "container_open",
		Damaged = "damaged",
		Destroyed = "destroyed",
		Dispensed = "dispensed",
		Disposed = "disposed",
		Encoded = "encoded",
		Expired = "expired",
		InProgress = "in_progress",
		InTransit = "in_transit",
		Inactive = "inactive",
		MismatchClass = "mismatch_class",
		MismatchInstance = "mismatch_instance",
		MismatchQuantity = "mismatch_quantity",
		NeedsReplacement = "needs_replacement",
		NoPedigreeMatch = "no_pedigree_match",
		NonConformant = "non_conformant",
		NonSellableOther = "non_sellable_other",
		PartiallyDispensed = "partially_dispensed",
		Recalled = "recalled",
		Reserved = "reserved",
		RetailSold = "retail_sold",
		Returned = "returned",
		SellableAccessible = "sellable_accessible",
		SellableNotAccessible = "sellable_not_accessible",
		Stolen = "stolen",
		Unavailable = "unavailable",
		Unknown = "unknown",
	}
}

vocabulary! {
	/// What kind of paper or agreement.
	TransactionType, "business transaction type", "https://ref.gs1.org/cbv/BTT-", {
		BillOfLading = "bol",
		Certificate = "cert",
		DespatchAdvice = "desadv",
		Invoice = "inv",
		Pedigree = "pedigree",
		PurchaseOrder = "po",
		PurchaseOrderConfirmation = "poc",
		ProductionOrder = "prodorder",
		ReceivingAdvice = "recadv",
		ReturnMerchandiseAuthorisation = "rma",
		TestProcedure = "testprd",
		TestResult = "testres",
		UpstreamEvent = "upevt",
	}
}

vocabulary! {
	/// As what something comes from, or goes to.
	EndType, "source or destination type", "https://ref.gs1.org/cbv/SDT-", {
		OwningParty = "owning_party",
		PossessingParty = "possessing_party",
		Location = "location",
	}
}

vocabulary! {
	/// Why an event was wrong.
	ErrorReason, "error reason", "https://ref.gs1.org/cbv/ER-", {
		DidNotOccur = "did_not_occur",
		IncorrectData = "incorrect_data",
	}
}

vocabulary! {
	/// Which part of a measured vector.
	Component, "component", "https://ref.gs1.org/cbv/Comp-", {
		X = "x",
		Y = "y",
		Z = "z",
		AxialDistance = "axial_distance",
		Azimuth = "azimuth",
		Height = "height",
		SphericalRadius = "spherical_radius",
		PolarAngle = "polar_angle",
		ElevationAngle = "elevation_angle",
		Easting = "easting",
		Northing = "northing",
		Latitude = "latitude",
		Longitude = "longitude",
		Altitude = "altitude",
	}
}

vocabulary! {
	/// What a sensor warns of.
	Alert, "sensor alert type", "https://gs1.org/voc/", {
		Alarm = "ALARM_CONDITION",
		Error = "ERROR_CONDITION",
	}
}

vocabulary! {
	/// What a sensor measures.
	Measurement, "measurement type", "https://gs1.org/voc/", {
		AbsoluteHumidity = "AbsoluteHumidity",
		AbsorbedDose = "AbsorbedDose",
		AbsorbedDoseRate = "AbsorbedDoseRate",
		Acceleration = "Acceleration",
		Altitude = "Altitude",
		AmountOfSubstance = "AmountOfSubstance",
		AmountOfSubstancePerUnitVolume = "AmountOfSubstancePerUnitVolume",
		Angle = "Angle",
		AngularAcceleration = "AngularAcceleration",
		AngularMomentum = "AngularMomentum",
		AngularVelocity = "AngularVelocity",
		Area = "Area",
		Capacitance = "Capacitance",
		Conductance = "Conductance",
		Conductivity = "Conductivity",
		Count = "Count",
		Density = "Density",
		Dimensionless = "Dimensionless",
		DoseEquivalent = "DoseEquivalent",
		DoseEquivalentRate = "DoseEquivalentRate",
		DynamicViscosity = "DynamicViscosity",
		ElectricCharge = "ElectricCharge",
		ElectricCurrent = "ElectricCurrent",
		ElectricCurrentDensity = "ElectricCurrentDensity",
		ElectricFieldStrength = "ElectricFieldStrength",
		Energy = "Energy",
		Exposure = "Exposure",
		Force = "Force",
		Frequency = "Frequency",
		Illuminance = "Illuminance",
		Inductance = "Inductance",
		Irradiance = "Irradiance",
		KinematicViscosity = "KinematicViscosity",
		Length = "Length",
		LinearMomentum = "LinearMomentum",
		Luminance = "Luminance",
		LuminousFlux = "LuminousFlux",
		LuminousIntensity = "LuminousIntensity",
		MagneticFlux = "MagneticFlux",
		MagneticFluxDensity = "MagneticFluxDensity",
		MagneticVectorPotential = "MagneticVectorPotential",
		Mass = "Mass",
		MassConcentration = "MassConcentration",
		MassFlowRate = "MassFlowRate",
		MassPerAreaTime = "MassPerAreaTime",
		MemoryCapacity = "MemoryCapacity",
		MolalityOfSolute = "MolalityOfSolute",
		MolarEnergy = "MolarEnergy",
		MolarMass = "MolarMass",
		MolarVolume = "MolarVolume",
		Power = "Power",
		Pressure = "Pressure",
		RadiantFlux = "RadiantFlux",
		RadiantIntensity = "RadiantIntensity",
		Radioactivity = "Radioactivity",
		RelativeHumidity = "RelativeHumidity",
		Resistance = "Resistance",
		Resistivity = "Resistivity",
		SolidAngle = "SolidAngle",
		SpecificVolume = "SpecificVolume",
		Speed = "Speed",
		SurfaceDensity = "SurfaceDensity",
		SurfaceTension = "SurfaceTension",
		Temperature = "Temperature",
		Time = "Time",
		Torque = "Torque",
		Voltage = "Voltage",
		Volume = "Volume",
		VolumeFlowRate = "VolumeFlowRate",
		VolumeFraction = "VolumeFraction",
		VolumetricFlux = "VolumetricFlux",
		Wavenumber = "Wavenumber",
	}
}

/// A unit of measure by its code in UN/CEFACT Recommendation 20: two or three capital letters and digits. Whether there is such a code
/// is not looked up.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Unit(String);

/// Why a text is no unit's code.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{text:?} is no unit's code; it must be two or three capital letters or digits of UN/CEFACT Recommendation 20, such as KGM or CEL")]
pub struct UnitError {
	/// What was given, at most 16 signs of it.
	pub text: String,
}

impl Unit {
	/// Reads a code.
	pub fn parse(text: &str) -> Result<Self, UnitError> {
		let fits = text
			.bytes()
			.all(|sign| sign.is_ascii_uppercase() || sign.is_ascii_digit());
		match fits && (2..=3).contains(&text.len()) {
			true => Ok(Self(text.to_owned())),
			false => Err(UnitError {
				text: text.chars().take(16).collect(),
			}),
		}
	}

	/// °C.
	pub fn celsius() -> Self {
		Self("CEL".to_owned())
	}

	/// kg.
	pub fn kilogram() -> Self {
		Self("KGM".to_owned())
	}

	/// %.
	pub fn percent() -> Self {
		Self("P1".to_owned())
	}

	/// m/s².
	pub fn metre_per_second_squared() -> Self {
		Self("MSK".to_owned())
	}

	/// The code.
	pub fn as_str(&self) -> &str {
		&self.0
	}
}

impl Serialize for Unit {
	fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
		serializer.serialize_str(&self.0)
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn words_are_read_as_they_are_printed() {
		for step in BizStep::ALL {
			assert_eq!(step.as_str().parse(), Ok(*step));
		}
		for measurement in Measurement::ALL {
			assert_eq!(measurement.as_str().parse(), Ok(*measurement));
		}
		assert_eq!(BizStep::Departing.uri(), "https://ref.gs1.org/cbv/BizStep-departing");
		assert_eq!(Measurement::Temperature.uri(), "https://gs1.org/voc/Temperature");
		assert_eq!(
			"stolen".parse::<EndType>().unwrap_err().to_string(),
			"\"stolen\" is no source or destination type; they are owning_party, possessing_party, location"
		);
	}

	#[test]
	fn units_are_short_codes() {
		for unit in ["KGM", "CEL", "P1", "H87", "23"] {
			assert_eq!(Unit::parse(unit).unwrap().as_str(), unit);
		}
		for text in ["", "K", "kgm", "KGMM", "K M", "ÄÖ"] {
			assert!(Unit::parse(text)
				.unwrap_err()
				.to_string()
				.starts_with(&format!("{text:?} is no unit's code")));
		}
	}
}
