//! What sensors told: the 'how' of an event.

use super::{
	decimal::Decimal,
	vocabulary::{Alert, Component, Measurement, Unit},
};
use crate::{time::Time, uri::Uri};
use serde::Serialize;

/// What belongs together: one sensor's reports, or those of one time.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SensorElement {
	/// What holds for all its reports.
	#[serde(rename = "sensorMetadata", skip_serializing_if = "SensorMetadata::is_empty")]
	pub metadata: SensorMetadata,
	/// At least one.
	#[serde(rename = "sensorReport")]
	pub reports: Vec<SensorReport>,
}

/// What holds for all reports of an element.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SensorMetadata {
	/// When it was measured, if at one time.
	#[serde(skip_serializing_if = "Option::is_none")]
	pub time: Option<Time>,
	/// From when.
	#[serde(skip_serializing_if = "Option::is_none")]
	pub start_time: Option<Time>,
	/// Until when.
	#[serde(skip_serializing_if = "Option::is_none")]
	pub end_time: Option<Time>,
	/// By which device.
	#[serde(rename = "deviceID", skip_serializing_if = "Option::is_none")]
	pub device_id: Option<Uri>,
	/// What is known of the device.
	#[serde(skip_serializing_if = "Option::is_none")]
	pub device_metadata: Option<Uri>,
	/// Where all readings are.
	#[serde(skip_serializing_if = "Option::is_none")]
	pub raw_data: Option<Uri>,
	/// How the values were made of them.
	#[serde(skip_serializing_if = "Option::is_none")]
	pub data_processing_method: Option<Uri>,
	/// By which rules it was judged.
	#[serde(skip_serializing_if = "Option::is_none")]
	pub biz_rules: Option<Uri>,
}

impl SensorMetadata {
	/// Whether it says nothing.
	pub fn is_empty(&self) -> bool {
		*self == Self::default()
	}
}

/// One value, or what became of several.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SensorReport {
	/// What was measured.
	#[serde(rename = "type")]
	pub measurement: Measurement,
	/// What it warns of.
	#[serde(skip_serializing_if = "Option::is_none")]
	pub exception: Option<Alert>,
	/// By which device.
	#[serde(rename = "deviceID", skip_serializing_if = "Option::is_none")]
	pub device_id: Option<Uri>,
	/// What is known of the device.
	#[serde(skip_serializing_if = "Option::is_none")]
	pub device_metadata: Option<Uri>,
	/// Where all readings are.
	#[serde(skip_serializing_if = "Option::is_none")]
	pub raw_data: Option<Uri>,
	/// How the value was made of them.
	#[serde(skip_serializing_if = "Option::is_none")]
	pub data_processing_method: Option<Uri>,
	/// When.
	#[serde(skip_serializing_if = "Option::is_none")]
	pub time: Option<Time>,
	/// Of which microorganism.
	#[serde(skip_serializing_if = "Option::is_none")]
	pub microorganism: Option<Uri>,
	/// Of which substance.
	#[serde(skip_serializing_if = "Option::is_none")]
	pub chemical_substance: Option<Uri>,
	/// In which coordinates.
	#[serde(skip_serializing_if = "Option::is_none")]
	pub coordinate_reference_system: Option<Uri>,
	/// The value.
	#[serde(skip_serializing_if = "Option::is_none")]
	pub value: Option<Decimal>,
	/// Which part of a vector.
	#[serde(skip_serializing_if = "Option::is_none")]
	pub component: Option<Component>,
	/// A value that is a text.
	#[serde(skip_serializing_if = "Option::is_none")]
	pub string_value: Option<String>,
	/// A value that is yes or no.
	#[serde(skip_serializing_if = "Option::is_none")]
	pub boolean_value: Option<bool>,
	/// A value that is bytes, in hexadecimal digits.
	#[serde(skip_serializing_if = "Option::is_none")]
	pub hex_binary_value: Option<String>,
	/// A value that is a URI.
	#[serde(skip_serializing_if = "Option::is_none")]
	pub uri_value: Option<Uri>,
	/// The least.
	#[serde(skip_serializing_if = "Option::is_none")]
	pub min_value: Option<Decimal>,
	/// The greatest.
	#[serde(skip_serializing_if = "Option::is_none")]
	pub max_value: Option<Decimal>,
	/// The mean.
	#[serde(skip_serializing_if = "Option::is_none")]
	pub mean_value: Option<Decimal>,
	/// The standard deviation.
	#[serde(skip_serializing_if = "Option::is_none")]
	pub s_dev: Option<Decimal>,
	/// A percentile's rank.
	#[serde(skip_serializing_if = "Option::is_none")]
	pub perc_rank: Option<Decimal>,
	/// A percentile's value.
	#[serde(skip_serializing_if = "Option::is_none")]
	pub perc_value: Option<Decimal>,
	/// In which unit.
	#[serde(skip_serializing_if = "Option::is_none")]
	pub uom: Option<Unit>,
}

impl SensorReport {
	/// Nothing yet but what was measured.
	pub fn of(measurement: Measurement) -> Self {
		Self {
			measurement,
			exception: None,
			device_id: None,
			device_metadata: None,
			raw_data: None,
			data_processing_method: None,
			time: None,
			microorganism: None,
			chemical_substance: None,
			coordinate_reference_system: None,
			value: None,
			component: None,
			string_value: None,
			boolean_value: None,
			hex_binary_value: None,
			uri_value: None,
			min_value: None,
			max_value: None,
			mean_value: None,
			s_dev: None,
			perc_rank: None,
			perc_value: None,
			uom: None,
		}
	}

	/// A value in its unit.
	pub fn value(measurement: Measurement, value: Decimal, unit: Unit) -> Self {
		Self {
			value: Some(value),
			uom: Some(unit),
			..Self::of(measurement)
		}
	}

	/// The least and the greatest of many values.
	pub fn range(measurement: Measurement, least: Decimal, greatest: Decimal, unit: Unit) -> Self {
		Self {
			min_value: Some(least),
			max_value: Some(greatest),
			uom: Some(unit),
			..Self::of(measurement)
		}
	}
}
