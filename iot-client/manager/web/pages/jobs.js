// The machine's jobs: those that are open, and the last that are over.

import { html } from '../vendor/htm-preact-standalone.module.js';
import { moment, number } from '../format.js';
import { t } from '../i18n.js';
import { useCall, useCalm, useStream } from '../live.js';
import { Badge, Card, Said, Trouble } from '../ui.js';

/** Words and colour of each state on the chain. */
const STATES = {
	ordered: ['job.ordered', 'info'],
	accepted: ['job.accepted', 'info'],
	started: ['job.started', 'info'],
	delivered: ['job.delivered', 'ok'],
	rejected: ['job.rejected', 'bad'],
	disputed: ['job.disputed', 'warn'],
	settled: ['job.settled', 'idle'],
};

/** Where a job stands on the chain, and how it ended if that is known. A state that this page does not know is shown by its
 * name. */
export function JobState({ state }) {
	const [name, ...how] = state.split(': ');
	const [key, kind] = STATES[name] ?? [null, 'idle'];
	return html`<span>
		<${Badge} kind=${kind}>${key ? t(key) : name}<//>${how.length > 0 && html` <${Said}>${how.join(': ')}<//>`}
	</span>`;
}

/** Units done of units ordered. */
export const Progress = ({ job }) => html`
	<span class="progress">
		<progress max=${Math.max(1, job.units)} value=${job.units_done} aria-label=${t('jobs.progress', { job: job.job })}></progress>
		<span>${t('jobs.units', { done: number(job.units_done), units: number(job.units) })}</span>
	</span>`;

const Row = ({ job }) => html`<tr>
	<th scope="row" data-label=${t('jobs.job')}><a href=${`#/jobs/${job.job}`}>${job.job}</a></th>
	<td data-label=${t('jobs.state')}><${JobState} state=${job.state} /></td>
	<td data-label=${t('jobs.done')}><${Progress} job=${job} /></td>
	<td data-label=${t('jobs.doing')}>${job.doing ? html`<${Said}>${job.doing}<//>` : html`<span class="dim">–</span>`}</td>
	<td data-label=${t('jobs.since')}>${moment(job.since)}</td>
	<td data-label=${t('jobs.evidence')}>${job.evidence ? t('jobs.evidence-yes') : '–'}</td>
</tr>`;

const Table = ({ title, none, jobs }) => html`<${Card} title=${title} wide>
	${jobs.length === 0 ? html`<p class="dim">${none}</p>` : html`<table class="stacks">
		<thead><tr>
			<th scope="col">${t('jobs.job')}</th><th scope="col">${t('jobs.state')}</th><th scope="col">${t('jobs.done')}</th>
			<th scope="col">${t('jobs.doing')}</th><th scope="col">${t('jobs.since')}</th><th scope="col">${t('jobs.evidence')}</th>
		</tr></thead>
		<tbody>${jobs.map((job) => html`<${Row} key=${job.job} job=${job} />`)}</tbody>
	</table>`}
<//>`;

/** The page. */
export function Jobs() {
	const { data: jobs, error, reload } = useCall('jobs_list');
	const soon = useCalm(reload, 500);
	const streamError = useStream('jobs', {}, soon);
	return html`
		<${Trouble} error=${error ?? streamError} />
		${!jobs && !error && html`<p class="dim">${t('wait')}</p>`}
		${jobs && html`<div class="cards">
			<${Table} title=${t('jobs.open')} none=${t('jobs.none-open')} jobs=${jobs.filter((job) => job.open)} />
			<${Table} title=${t('jobs.over')} none=${t('jobs.none-over')} jobs=${jobs.filter((job) => !job.open)} />
		</div>`}`;
}
