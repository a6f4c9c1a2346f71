// The log of the client: the newest lines, filtered, older ones on demand, new ones as they come.

import { html, useEffect, useRef, useState } from '../vendor/htm-preact-standalone.module.js';
import { clock, moment } from '../format.js';
import { t } from '../i18n.js';
import { useLine, useMay, useStream } from '../live.js';
import { line } from '../rpc.js';
import { Badge, Button, Card, Closed, Tick, Trouble } from '../ui.js';

const LEVELS = ['ERROR', 'WARN', 'INFO', 'DEBUG'];
const KIND = { ERROR: 'bad', WARN: 'warn', INFO: 'info', DEBUG: 'idle' };
/** A query's lines, and the most that are kept in the page. */
const LIMIT = 200;
const MOST = 1000;
const TYPING_MS = 250;

const Fields = ({ fields }) => Object.entries(fields).map(([name, value]) => html`
	<span class="log-field" key=${name}><i>${name}</i>=${value}</span>`);

const Line = ({ entry }) => html`<li class=${KIND[entry.level]}>
	<time datetime=${new Date(entry.at).toISOString()} title=${moment(entry.at)}>${clock(entry.at)}</time>
	<${Badge} kind=${KIND[entry.level] ?? 'idle'}>${entry.level}<//>
	<span class="log-target">${entry.target.split('::').map((part, index) => (index ? html`::<wbr />${part}` : part))}</span>
	<span class="log-text" lang="en">${entry.message} <${Fields} fields=${entry.fields} /></span>
</li>`;

/** Whether a line that comes by itself contains what is looked for, as the server looks for it. */
const contains = (entry, text) =>
	[entry.message, entry.target, ...Object.values(entry.fields)].some((each) => each.toLowerCase().includes(text.toLowerCase()));

/** The lines that fit, and how to get older ones. */
function useLog(level, text, follow) {
	const { epoch } = useLine();
	const [lines, setLines] = useState(null);
	const [error, setError] = useState(null);
	const [more, setMore] = useState(false);
	const filter = { ...(level && { level }), ...(text && { contains: text }), limit: LIMIT };

	useEffect(() => {
		let stopped = false;
		line.call('log_query', filter).then((found) => {
			if (stopped) return;
			setLines(found);
			setMore(found.length === LIMIT);
			setError(null);
		}, (failure) => stopped || setError(failure));
		return () => { stopped = true; };
	}, [level, text, epoch, follow]);

	const older = async () => {
		try {
			const found = await line.call('log_query', { ...filter, before: lines[0]?.number });
			setLines((before) => [...found, ...before].slice(0, MOST));
			setMore(found.length === LIMIT && lines.length + LIMIT < MOST);
		} catch (failure) {
			setError(failure);
		}
	};
	const streamError = useStream(follow ? 'log' : null, level ? { level } : {}, (entry) => {
		if (text && !contains(entry, text)) return;
		setLines((before) => before && (before.at(-1)?.number >= entry.number ? before : [...before, entry].slice(-MOST)));
	});
	return { lines, error: error ?? streamError, more, older };
}

function LogView() {
	const [level, setLevel] = useState('INFO');
	const [typed, setTyped] = useState('');
	const [text, setText] = useState('');
	const [follow, setFollow] = useState(true);
	const list = useRef(null);
	const { lines, error, more, older } = useLog(level, text, follow);

	useEffect(() => {
		const timer = setTimeout(() => setText(typed), TYPING_MS);
		return () => clearTimeout(timer);
	}, [typed]);
	useEffect(() => {
		if (follow && list.current) list.current.scrollTop = list.current.scrollHeight;
	}, [lines, follow]);

	return html`
		<div class="tools">
			<label class="field"><span>${t('log.level')}</span>
				<select value=${level} onChange=${(event) => setLevel(event.target.value)}>
					${LEVELS.map((each) => html`<option key=${each} value=${each} selected=${each === level}>
						${each === 'ERROR' ? each : t('log.and-worse', { level: each })}</option>`)}
				</select>
			</label>
			<label class="field grow"><span>${t('log.contains')}</span>
				<input type="search" value=${typed} onInput=${(event) => setTyped(event.target.value)} />
			</label>
			<${Tick} label=${t('log.follow')} checked=${follow} onChange=${setFollow} />
		</div>
		<${Trouble} error=${error} />
		<${Card} title=${t('log.lines')} wide aside=${more && html`
			<${Button} kind="small" onClick=${older}>${t('log.older')}<//>`}>
			<ol class="log" ref=${list} tabindex="0" aria-label=${t('log.lines')}>
				${(lines ?? []).map((entry) => html`<${Line} key=${entry.number} entry=${entry} />`)}
			</ol>
			${lines?.length === 0 && html`<p class="dim">${t('log.none')}</p>`}
		<//>`;
}

/** The page. */
export const Log = () => (useMay('operator') ? html`<${LogView} />` : html`<${Closed} role="operator" />`);
