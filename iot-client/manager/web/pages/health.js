// What is wrong, or will be: alarms, rules, lost readings, nodes, and how long the outbox lasts.

import { html } from '../vendor/htm-preact-standalone.module.js';
import { bytes, duration, number } from '../format.js';
import { t } from '../i18n.js';
import { useMachine } from '../live.js';
import { Alarms, Badge, Card, Facts, Notice, Said, Trouble } from '../ui.js';
import { RuleBadge } from './rules.js';

const ENDPOINTS = {
	'in use': ['endpoint.in-use', 'ok'],
	ready: ['endpoint.ready', 'ok'],
	unasked: ['endpoint.unasked', 'idle'],
	refused: ['endpoint.refused', 'bad'],
};

function Rules({ rules }) {
	const raised = rules.filter((rule) => rule.state !== 'quiet' || rule.unknown);
	return html`<${Card} title=${t('health.rules')} aside=${html`<a href="#/rules">${t('health.all-rules')}</a>`}>
		${raised.length === 0 && html`<p>${rules.length
			? html`<${Badge} kind="ok">${t('health.rules-quiet', { count: rules.length })}<//>`
			: html`<span class="dim">${t('rules.none')}</span>`}</p>`}
		<ul class="rows">${raised.map((rule) => html`<li key=${rule.rule}>
			<${Said}>${rule.rule}<//><${RuleBadge} rule=${rule} />
			${rule.unknown && html`<span class="dim"><${Said}>${rule.unknown}<//></span>`}
		</li>`)}</ul>
	<//>`;
}

function Readings({ board }) {
	const { readings, readings_lost: lost } = board;
	const all = readings + lost;
	const share = all > 0 ? lost / all : 0;
	return html`<${Card} title=${t('health.readings')} aside=${html`
		<${Badge} kind=${share > 0.01 ? 'bad' : lost > 0 ? 'warn' : 'ok'}>${lost > 0 ? t('health.some-lost') : t('health.none-lost')}<//>`}>
		<${Facts} of=${[
			[t('board.readings'), number(readings)],
			[t('board.lost'), number(lost)],
			[t('health.share'), `${number(share * 100, 3, 0)} %`],
		]} />
	<//>`;
}

function Endpoints({ chain }) {
	const light = chain.light_client;
	const nodes = chain.endpoints ?? [];
	return html`<${Card} title=${t('health.endpoints')} wide>
		${nodes.length === 0 && html`<p class="dim">${t('health.no-endpoints')}</p>`}
		<ul class="rows">${nodes.map((node) => {
			const [key, kind] = ENDPOINTS[node.state] ?? [null, 'idle'];
			return html`<li key=${node.url}>
				<code>${node.url}</code><${Badge} kind=${kind}>${key ? t(key) : node.state}<//>
				${node.block !== null && node.block !== undefined && html`<span>${t('endpoint.block', { block: number(node.block) })}</span>`}
				${node.trouble && html`<${Said}>${node.trouble}<//>`}
			</li>`;
		})}</ul>
		${light && html`<h3>${t('light.title')}</h3><${Facts} of=${[
			[t('chain.block'), light.block === null ? t('light.not-synced') : number(light.block)],
			[t('light.took'), light.synced_in_ms !== null && duration(light.synced_in_ms)],
			[t('light.memory'), bytes(light.memory_kib * 1024)],
			[t('state.trouble'), light.trouble && html`<${Said}>${light.trouble}<//>`],
		]} />`}
	<//>`;
}

/** For how long there is room, in the largest unit that says it. */
const lasts = (minutes) => (minutes === null || minutes === undefined
	? t('outbox.no-rate')
	: t('outbox.lasts', { hours: number(minutes / 60, minutes < 600 ? 1 : 0, 0) }));

function Outbox({ cloud }) {
	if (!cloud) return html`<${Card} title=${t('outbox.title')}><p class="dim">${t('cloud.none-means')}</p><//>`;
	const tight = cloud.disk_full || (cloud.minutes_left !== null && cloud.minutes_left < 120);
	return html`<${Card} title=${t('outbox.title')} aside=${html`
		<${Badge} kind=${tight ? 'bad' : 'ok'}>${lasts(cloud.minutes_left)}<//>`}>
		<${Facts} of=${[
			[t('cloud.waiting'), `${number(cloud.waiting)} · ${bytes(cloud.bytes)}`],
			[t('cloud.delivered'), number(cloud.delivered)],
			[t('outbox.dropped'), number(cloud.dropped)],
			[t('outbox.lost'), number(cloud.lost)],
		]} />
		${cloud.disk_full && html`<${Notice} kind="bad">${t('outbox.disk-full')}<//>`}
		${cloud.trouble && html`<${Notice} kind="warn"><${Said}>${cloud.trouble}<//><//>`}
	<//>`;
}

/** The page. */
export function Health() {
	const { daemon, statusError } = useMachine();
	if (!daemon) return html`<${Trouble} error=${statusError} /><p class="dim">${statusError ? '' : t('wait')}</p>`;
	return html`
		<${Trouble} error=${statusError} />
		<div class="cards">
			<${Card} title=${t('alarms.title')} wide><${Alarms} alarms=${daemon.alarms} none=${t('alarms.none')} /><//>
			<${Rules} rules=${daemon.rules ?? []} />
			<${Readings} board=${daemon.board} />
			<${Outbox} cloud=${daemon.cloud} />
			<${Endpoints} chain=${daemon.chain} />
		</div>`;
}
