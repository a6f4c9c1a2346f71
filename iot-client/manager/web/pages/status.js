// Everything at a glance.

import { html, useState } from '../vendor/htm-preact-standalone.module.js';
import { now, useNow } from '../clock.js';
import { ago, moment, number, short } from '../format.js';
import { t } from '../i18n.js';
import { useMachine, useMay } from '../live.js';
import { line } from '../rpc.js';
import { Alarms, Badge, Button, Card, Facts, Needs, Notice, Said, Trouble } from '../ui.js';
import { JobState, Progress } from './jobs.js';

/** Whether new orders are taken, and the button that changes it. */
function Orders({ paused }) {
	const may = useMay('operator');
	const [busy, setBusy] = useState(false);
	const [error, setError] = useState(null);
	// What the server said just now, until the status says the same.
	const [said, setSaid] = useState(null);
	const shown = said ?? paused;
	if (said === paused) setSaid(null);
	const change = async () => {
		setBusy(true);
		setError(null);
		try {
			setSaid((await line.call(shown ? 'orders_resume' : 'orders_pause')).orders_paused);
		} catch (failure) {
			setError(failure);
		}
		setBusy(false);
	};
	return html`<${Card} title=${t('orders.title')}>
		<p aria-live="polite"><${Badge} kind=${shown ? 'warn' : 'ok'}>${shown ? t('orders.paused') : t('orders.taken')}<//></p>
		<p class="dim">${shown ? t('orders.paused-means') : t('orders.taken-means')}</p>
		<div class="actions start">
			<${Button} busy=${busy} disabled=${!may} aria-describedby=${may ? undefined : 'orders-needs'} onClick=${change}>
				${shown ? t('orders.resume') : t('orders.pause')}
			<//>
		</div>
		<${Needs} role="operator" id="orders-needs" />
		<${Trouble} error=${error} />
	<//>`;
}

const Warning = ({ text }) => text && html`<${Notice} kind="warn"><${Said}>${text}<//><//>`;
const Why = ({ text }) => text && html`<${Notice} kind="bad"><${Said}>${text}<//><//>`;
const state = (good, yes, no) => html`<${Badge} kind=${good ? 'ok' : 'bad'}>${good ? yes : no}<//>`;

const TRUST = { confirmed: 'chain.trust-confirmed', single: 'chain.trust-single' };

function Chain({ chain }) {
	return html`<${Card} title=${t('chain.title')} aside=${state(chain.connected, t('state.connected'), t('state.not-connected'))}>
		<${Facts} of=${[
			[t('chain.node'), chain.endpoint && html`<code>${chain.endpoint}</code>`],
			[t('chain.block'), number(chain.block)],
			[t('chain.time'), chain.time > 0 && moment(chain.time)],
			[t('chain.trust'), TRUST[chain.trust] ? t(TRUST[chain.trust]) : chain.trust],
		]} />
		<${Why} text=${chain.trouble} /><${Warning} text=${chain.warning} />
	<//>`;
}

function BoardCard({ board }) {
	return html`<${Card} title=${t('board.title')} aside=${state(board.online, t('state.online'), t('state.offline'))}>
		<${Facts} of=${[
			[t('board.serial'), board.serial && html`<code>${board.serial}</code>`],
			[t('board.channels'), number(board.channels?.length ?? 0)],
			[t('board.readings'), number(board.readings)],
			[t('board.lost'), number(board.readings_lost)],
		]} />
		<${Why} text=${board.trouble} /><${Warning} text=${board.warning} />
	<//>`;
}

function Cloud({ cloud }) {
	if (!cloud) return html`<${Card} title=${t('cloud.title')} aside=${html`<${Badge} kind="idle">${t('cloud.none')}<//>`}>
		<p class="dim">${t('cloud.none-means')}</p>
	<//>`;
	return html`<${Card} title=${t('cloud.title')} aside=${state(cloud.online, t('state.connected'), t('state.not-connected'))}>
		<${Facts} of=${[
			[t('cloud.waiting'), number(cloud.waiting)],
			[t('cloud.delivered'), number(cloud.delivered)],
			[t('cloud.dropped'), number(cloud.dropped + cloud.lost)],
		]} />
		<${cloud.online ? Warning : Why} text=${cloud.trouble} />
	<//>`;
}

function OpenJobs({ jobs }) {
	return html`<${Card} title=${t('jobs.open')} wide aside=${html`<a href="#/jobs">${t('jobs.all')}</a>`}>
		${jobs.length === 0 && html`<p class="dim">${t('jobs.none-open')}</p>`}
		<ul class="rows">${jobs.map((job) => html`<li key=${job.job}>
			<a href=${`#/jobs/${job.job}`}>${t('jobs.number', { job: job.job })}</a>
			<${JobState} state=${job.state} /><${Progress} job=${job} /><${Said}>${job.doing}<//>
		</li>`)}</ul>
	<//>`;
}

/** The page. */
export function Status() {
	const { daemon, info, statusError } = useMachine();
	useNow(1000);
	if (!daemon) return html`<${Trouble} error=${statusError} /><p class="dim">${statusError ? '' : t('wait')}</p>`;
	return html`
		<${Trouble} error=${statusError} />
		<div class="cards">
			<${Card} title=${t('alarms.title')} wide=${daemon.alarms.length > 0}>
				<${Alarms} alarms=${daemon.alarms} none=${t('alarms.none')} />
			<//>
			<${Orders} paused=${daemon.orders_paused} />
			<${Card} title=${t('machine.title')}>
				<${Facts} of=${[
					[t('machine.id'), daemon.machine ? html`<code title=${daemon.machine}>${short(daemon.machine)}</code>` : t('machine.unregistered')],
					[t('machine.key'), daemon.key && html`<code title=${daemon.key}>${short(daemon.key)}</code>`],
					[t('machine.seen'), ago(now() - daemon.written_at)],
					[t('machine.runs'), info && ago(now() - info.started)],
				]} />
			<//>
			<${Chain} chain=${daemon.chain} />
			<${BoardCard} board=${daemon.board} />
			<${Cloud} cloud=${daemon.cloud} />
			<${OpenJobs} jobs=${daemon.jobs} />
		</div>`;
}
