// One job: how far it is, what happened to it (as it happens), and the record of its evidence.

import { html, useEffect, useRef, useState } from '../vendor/htm-preact-standalone.module.js';
import { clock, moment } from '../format.js';
import { t } from '../i18n.js';
import { useCall, useCalm, useStream } from '../live.js';
import { Button, Card, Facts, Said, Tick, Trouble, useRemembered } from '../ui.js';
import { JobState, Progress } from './jobs.js';

/** As many lines as the server keeps. */
const MOST = 500;
/** Events that come so often that they hide the others. */
const MINOR = ['reading', 'readings', 'output'];

/** The story: what the server knew, and what came since. */
function useStory(job, detail) {
	const [fresh, setFresh] = useState([]);
	useEffect(() => setFresh([]), [detail]);
	const add = (news) => news.job === job && setFresh((before) => [...before, news].slice(-MOST));
	return [[...(detail?.story ?? []), ...fresh].slice(-MOST), add];
}

function Story({ lines }) {
	const [all, setAll] = useRemembered('story-all', false);
	const list = useRef(null);
	const shown = all ? lines : lines.filter((line) => !MINOR.includes(line.news?.event));
	const end = shown.at(-1);
	// The newest is at the bottom, and stays in view for who looks at the bottom.
	const atEnd = useRef(true);
	useEffect(() => {
		if (atEnd.current) list.current.scrollTop = list.current.scrollHeight;
	}, [end, shown.length]);
	const scrolled = ({ target }) => {
		atEnd.current = target.scrollHeight - target.scrollTop - target.clientHeight < 24;
	};
	return html`<${Card} title=${t('job.story')} wide aside=${html`
		<${Tick} label=${t('job.story-all')} checked=${all} onChange=${setAll} />`}>
		<ol class="story" ref=${list} tabindex="0" aria-label=${t('job.story')} onScroll=${scrolled}>
			${shown.map((line, index) => html`<li key=${`${line.at} ${index}`}>
				<time datetime=${new Date(line.at).toISOString()} title=${moment(line.at)}>${clock(line.at)}</time>
				<${Said}>${line.text}<//>
			</li>`)}
		</ol>
		${shown.length === 0 && html`<p class="dim">${t('job.no-story')}</p>`}
	<//>`;
}

/** A file for whoever wants to keep it or to compare its hash. */
function save(name, value) {
	const url = URL.createObjectURL(new Blob([JSON.stringify(value, null, '\t')], { type: 'application/json' }));
	Object.assign(document.createElement('a'), { href: url, download: name }).click();
	URL.revokeObjectURL(url);
}

const isPlain = (value) => value === null || typeof value !== 'object';

/** The record: what is short as names and values, the rest as JSON. Its names are those of the file. */
function Evidence({ job, record }) {
	const entries = Object.entries(record ?? {});
	const facts = entries.filter(([, value]) => isPlain(value));
	const parts = entries.filter(([, value]) => !isPlain(value));
	return html`<${Card} title=${t('job.evidence')} wide aside=${record && html`
		<${Button} kind="small" onClick=${() => save(`job-${job}.json`, record)}>${t('action.save-file')}<//>`}>
		${!record && html`<p class="dim">${t('job.no-evidence')}</p>`}
		<${Facts} of=${facts.map(([name, value]) => [html`<code>${name}</code>`, html`<code>${String(value)}</code>`])} />
		${parts.map(([name, value]) => html`<details key=${name}>
			<summary><code>${name}</code>${Array.isArray(value) && html` <span class="dim">${value.length}</span>`}</summary>
			<pre class="json" tabindex="0" aria-label=${name}>${JSON.stringify(value, null, 2)}</pre>
		</details>`)}
	<//>`;
}

/** The page of a job. */
export function Job({ job }) {
	const { data: detail, error, reload } = useCall('jobs_get', { job });
	const [story, add] = useStory(job, detail);
	const soon = useCalm(reload, 1000);
	const streamError = useStream('jobs', {}, (news) => {
		add(news);
		if (news.job === job && !MINOR.includes(news.news?.event)) soon();
	});
	return html`
		<p><a href="#/jobs">${t('jobs.back')}</a></p>
		<${Trouble} error=${error ?? streamError} />
		${!detail && !error && html`<p class="dim">${t('wait')}</p>`}
		${detail && html`<div class="cards">
			<${Card} title=${t('job.progress')} wide aside=${html`<${JobState} state=${detail.state} />`}>
				<${Progress} job=${detail} />
				<${Facts} of=${[
					[t('jobs.doing'), detail.doing && html`<${Said}>${detail.doing}<//>`],
					[t('jobs.since'), moment(detail.since)],
				]} />
			<//>
			<${Story} lines=${story} />
			<${Evidence} job=${job} record=${detail.record} />
		</div>`}`;
}
