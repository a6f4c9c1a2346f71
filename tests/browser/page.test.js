// What can be said of the page's files without a browser: the words, the list of modules, the libraries of others, and the
// pure parts.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, it } from 'node:test';

const WEB = new URL('../../iot-client/manager/web/', import.meta.url).pathname;
const read = (path) => readFileSync(join(WEB, path), 'utf8');
const MODULES = readdirSync(WEB, { recursive: true }).filter((path) => path.endsWith('.js') && !path.startsWith('vendor'));
const SOURCES = MODULES.filter((path) => !path.startsWith('words/')).map(read).join('\n');

const words = async (code) => (await import(join(WEB, 'words', `${code}.js`))).default;

describe('the words', () => {
	it('are there in each language, with the same parameters', async () => {
		const [en, ko] = [await words('en'), await words('ko')];
		assert.deepEqual(Object.keys(ko), Object.keys(en));
		const parameters = (text) => [...text.matchAll(/\{\w+\}/g)].map(String).sort();
		for (const key of Object.keys(en)) {
			assert.notEqual(ko[key].trim(), '', key);
			assert.deepEqual(parameters(ko[key]), parameters(en[key]), key);
		}
	});

	it('are all used, and no others are', async () => {
		const keys = Object.keys(await words('en'));
		assert.deepEqual(keys.filter((key) => !SOURCES.includes(`'${key}'`)), [], 'nobody uses these');
		const used = [...SOURCES.matchAll(/\bt\('([^']+)'/g)].map(([, key]) => key);
		assert.deepEqual(used.filter((key) => !keys.includes(key)), [], 'these are not in the tables');
		const prefixes = new Set(keys.filter((key) => key.includes('.')).map((key) => key.split('.')[0]));
		const like = [...SOURCES.matchAll(/'([a-z]+\.[a-z0-9-]+)'/g)].map(([, key]) => key).filter((key) => prefixes.has(key.split('.')[0]));
		assert.deepEqual(like.filter((key) => !keys.includes(key)), [], 'these look like keys and are none');
	});
});

describe('the files', () => {
	it('that app.js reaches are those that the page loads at once', () => {
		const reached = new Set();
		const follow = (path) => {
			if (reached.has(path)) return;
			reached.add(path);
			for (const [, to] of read(path).matchAll(/from '(\.[^']+)'/g)) follow(normalize(join(dirname(path), to)));
		};
		follow('app.js');
		const listed = [...read('index.html').matchAll(/modulepreload" href="([^"]+)"/g)].map(([, path]) => path);
		assert.deepEqual([...listed, 'app.js'].sort(), [...reached].sort());
		assert.deepEqual(MODULES.filter((path) => path !== 'theme.js' && !reached.has(path)), [], 'nobody loads these');
	});

	it('of others are unmodified', () => {
		const rows = [...read('vendor/README.md').matchAll(/^\| `([^`]+)` .* `([0-9a-f]{64})` \|$/gm)];
		const files = readdirSync(join(WEB, 'vendor')).filter((path) => /\.(js|css)$/.test(path));
		assert.deepEqual(rows.map(([, file]) => file).sort(), files.sort());
		for (const [, file, sum] of rows) {
			assert.equal(createHash('sha256').update(readFileSync(join(WEB, 'vendor', file))).digest('hex'), sum, file);
		}
	});

	it('hold no markup made of text, and nothing from elsewhere', () => {
		assert.doesNotMatch(SOURCES, /innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function/);
		assert.doesNotMatch(SOURCES + read('index.html') + read('style.css'), /https?:\/\/|@import|\sstyle="/);
	});
});

describe('a line of values', async () => {
	const { Line } = await import(join(WEB, 'series.js'));
	const history = { step: 1000, points: [[0, 1, 2, 3], [1000, 2, 3, 4]] };

	it('joins history and what is measured', () => {
		const line = new Line(history, 60_000);
		// Half of the second step is history, which weighs as much as two values.
		line.add(1500, 9);
		line.add(2100, 5);
		line.add(2900, 6);
		line.add(100, 99);
		assert.deepEqual(line.columns(), [[0, 1, 2], [1, 2, 5], [3, 9, 6], [2, 5, 5.5]]);
		assert.deepEqual(line.summary(1000), { min: 2, max: 9, mean: 5.25 });
		assert.equal(line.summary(10_000), null);
	});

	it('ends where nothing was measured', () => {
		const line = new Line({ step: 1000, points: [...history.points, [9000, 5, 5, 5]] }, 60_000);
		assert.deepEqual(line.columns()[0], [0, 1, 2, 9]);
		assert.deepEqual(line.columns()[3], [2, 3, null, 5]);
	});

	it('does not end between readings that are always far apart', () => {
		const points = [0, 10_000, 20_000, 30_000].map((at) => [at, 1, 1, 1]);
		assert.deepEqual(new Line({ step: 1000, points }, 60_000).columns()[3], [1, 1, 1, 1]);
	});

	it('forgets what is older than its range, and begins without history', () => {
		const line = new Line({ step: 1000, points: [] }, 5000);
		for (let at = 0; at <= 20_000; at += 1000) line.add(at, 1);
		assert.equal(line.columns()[0][0], 15);
		assert.equal(line.columns()[0].at(-1), 20);
	});
});
