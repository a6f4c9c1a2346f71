// The board: its channels, and its test.

import { html, useRef, useState } from '../vendor/htm-preact-standalone.module.js';
import { ago, measured, number } from '../format.js';
import { now, useNow } from '../clock.js';
import { t } from '../i18n.js';
import { useCall, useMachine, useMay, useStream } from '../live.js';
import { line } from '../rpc.js';
import { Badge, Button, Card, Dialog, Facts, Needs, Notice, Said, Tick, Trouble } from '../ui.js';

/** Each output is driven for a moment, so it takes longer than other calls. */
const TEST_MS = 130_000;

function Findings({ findings }) {
	const bad = findings.filter((finding) => !finding.ok).length;
	return html`
		<p role="status"><${Badge} kind=${bad ? 'bad' : 'ok'}>${bad
			? t('board.some-wrong', { count: bad, all: findings.length })
			: t('board.all-well', { count: findings.length })}<//></p>
		<table class="stacks">
			<thead><tr><th scope="col">${t('board.what')}</th><th scope="col">${t('board.result')}</th><th scope="col">${t('board.found')}</th></tr></thead>
			<tbody>${findings.map((finding) => html`<tr key=${finding.what}>
				<th scope="row"><${Said}>${finding.what}<//></th>
				<td data-label=${t('board.result')}><${Badge} kind=${finding.ok ? 'ok' : 'bad'}>${finding.ok ? t('board.well') : t('board.wrong')}<//></td>
				<td data-label=${t('board.found')}><${Said}>${finding.text}<//></td>
			</tr>`)}</tbody>
		</table>`;
}

function Test() {
	const may = useMay('operator');
	const [drive, setDrive] = useState(false);
	const [asking, setAsking] = useState(false);
	const [busy, setBusy] = useState(false);
	const [error, setError] = useState(null);
	const [findings, setFindings] = useState(null);
	const run = async () => {
		setAsking(false);
		setBusy(true);
		setError(null);
		try {
			setFindings(await line.call('board_test', { drive }, TEST_MS));
		} catch (failure) {
			setError(failure);
		}
		setBusy(false);
	};
	return html`<${Card} title=${t('board.test')} wide>
		<p class="dim">${t('board.test-means')}</p>
		<${Tick} label=${t('board.drive')} checked=${drive} disabled=${!may} describedBy="drive-means" onChange=${setDrive} />
		<div id="drive-means">${drive
			? html`<${Notice} kind="warn" live>${t('board.drive-warning')}<//>`
			: html`<p class="dim">${t('board.drive-means')}</p>`}</div>
		<div class="actions start">
			<${Button} kind="main" busy=${busy} disabled=${!may} aria-describedby=${may ? undefined : 'test-needs'}
				onClick=${() => (drive ? setAsking(true) : run())}>${busy ? t('board.testing') : t('board.run')}<//>
		</div>
		<${Needs} role="operator" id="test-needs" />
		<${Trouble} error=${error} />
		${findings && html`<${Findings} findings=${findings} />`}
		${asking && html`<${Dialog} title=${t('board.drive-sure')} yes=${t('board.drive-yes')} onYes=${run}
			onNo=${() => setAsking(false)}><${Notice} kind="warn">${t('board.drive-warning')}<//><//>`}
	<//>`;
}

function Channels() {
	const { data: channels, error } = useCall('channels_list');
	const latest = useRef(new Map());
	useStream('channels', { interval_ms: 1000 }, (readings) => {
		readings.forEach(([name, at, value]) => latest.current.set(name, { at, value }));
	});
	useNow(1000);
	const row = (channel) => {
		const { value, at } = latest.current.get(channel.name) ?? channel;
		const range = channel.switch
			? t('board.switch')
			: `${number(channel.min, channel.decimals, 0)} – ${number(channel.max, channel.decimals, 0)} ${channel.unit}`;
		return html`<tr key=${channel.name}>
			<th scope="row"><code>${channel.name}</code></th>
			<td data-label=${t('board.kind')}>${channel.output ? t('charts.output') : t('charts.sensor')}</td>
			<td data-label=${t('board.range')}>${range}</td>
			<td data-label=${t('board.value')} class="number">${measured(channel, value)}</td>
			<td data-label=${t('board.age')} class="number">${at ? ago(now() - at) : '–'}</td>
		</tr>`;
	};
	return html`<${Card} title=${t('board.channels')} wide>
		<${Trouble} error=${error} />
		<table class="stacks">
			<thead><tr><th scope="col">${t('board.channel')}</th><th scope="col">${t('board.kind')}</th><th scope="col">${t('board.range')}</th>
				<th scope="col" class="number">${t('board.value')}</th><th scope="col" class="number">${t('board.age')}</th></tr></thead>
			<tbody>${(channels ?? []).map(row)}</tbody>
		</table>
	<//>`;
}

/** The page. */
export function Board() {
	const { daemon } = useMachine();
	const board = daemon?.board;
	return html`<div class="cards">
		${board && html`<${Card} title=${t('board.line')} wide aside=${html`
			<${Badge} kind=${board.online ? 'ok' : 'bad'}>${board.online ? t('state.online') : t('state.offline')}<//>`}>
			<${Facts} of=${[[t('board.serial'), board.serial && html`<code>${board.serial}</code>`]]} />
			${board.trouble && html`<${Notice} kind="bad"><${Said}>${board.trouble}<//><//>`}
			${board.warning && html`<${Notice} kind="warn"><${Said}>${board.warning}<//><//>`}
		<//>`}
		<${Test} />
		<${Channels} />
	</div>`;
}
