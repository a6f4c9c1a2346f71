// A file of the machine that is edited here (its rules, its configuration): checked while somebody types, shown as a
// difference before it is saved, and never saved over what somebody else has saved.

import { html, useEffect, useReducer, useState } from './vendor/htm-preact-standalone.module.js';
import { Editor } from './editor.js';
import { t } from './i18n.js';
import { useLine, useMay } from './live.js';
import { CODE, line } from './rpc.js';
import { Badge, Button, Card, Dialog, Diff, Needs, Notice, Trouble } from './ui.js';

const TYPING_MS = 300;

/** Texts that are not saved yet, by name of the page: `{text, revision}`. They outlive a walk to another page
 * and the end of a session, not a logout. */
export const drafts = new Map();

addEventListener('beforeunload', (event) => drafts.size > 0 && event.preventDefault());

/** What would be wrong with a text in the place of this revision, a moment after the last key. `of` is what was checked. */
function useCheck(method, text, revision) {
	const { epoch } = useLine();
	const [check, setCheck] = useState({ problems: [] });
	useEffect(() => {
		if (text === null) return undefined;
		let stopped = false;
		const timer = setTimeout(() => {
			line.call(method, { text }).then(
				(found) => stopped || setCheck({ ...found, of: text }),
				(error) => stopped || setCheck({ problems: [], error, of: text }),
			);
		}, TYPING_MS);
		return () => {
			stopped = true;
			clearTimeout(timer);
		};
	}, [method, text, revision, epoch]);
	return check;
}

function Sections({ names }) {
	return html`<ul class="sections">${names.map((name) => html`<li key=${name}><code>[${name}]</code></li>`)}</ul>`;
}

/** What the check found, in a word. */
function Verdict({ check, text, changed }) {
	if (check.of !== text) return html`<${Badge} kind="idle">${t('text.checking')}<//>`;
	if (check.error) return null;
	if (check.problems.length > 0) return html`<${Badge} kind="bad">${t('text.problems', { count: check.problems.length })}<//>`;
	return html`<${Badge} kind="ok">${changed ? t('text.good') : t('text.unchanged')}<//>`;
}

/** Somebody else has saved while a text was being edited here. */
const Conflict = ({ onKeep, onTake }) => html`<${Notice} kind="warn" live>
	<p>${t('text.conflict')}</p>
	<div class="actions start">
		<${Button} onClick=${onKeep}>${t('text.keep-mine')}<//><${Button} onClick=${onTake}>${t('text.take-theirs')}<//>
	</div>
<//>`;

const Sure = ({ asked, busy, onYes, onNo }) => html`<${Dialog} title=${t('text.sure')} yes=${t('action.save')} busy=${busy}
	onYes=${onYes} onNo=${onNo}>
	<p>${t('text.sure-means')}</p>
	<${Diff} text=${asked.diff} />
	${asked.restart.length > 0 && html`<${Notice} kind="warn"><p>${t('text.restart')}</p><${Sections} names=${asked.restart} /><//>`}
<//>`;

/** What was done with the text: `{error}`, `{saved}` or nothing. */
const Outcome = ({ error, saved }) => html`
	<${Trouble} error=${error} />
	${saved && html`<${Notice} kind="ok" live>
		<p>${t('text.saved')}</p>
		${saved.restart.length > 0 && html`<p>${t('text.restart')}</p><${Sections} names=${saved.restart} />`}
	<//>`}`;

/**
 * The card with the editor. `view` is what the server has (`{path, text, revision}`) and `reload` asks for it again; `kind` is
 * the first half of the methods' names.
 */
export function TextCard({ kind, title, view, reload }) {
	const may = useMay('owner');
	const [, again] = useReducer((count) => count + 1, 0);
	const [asked, setAsked] = useState(null);
	const [busy, setBusy] = useState(false);
	const [done, setDone] = useState({});
	// What was saved here is newer than what the server said before.
	const [mine, setMine] = useState(null);
	useEffect(() => setMine(null), [view]);

	const file = mine ?? view;
	const draft = may ? drafts.get(kind) : undefined;
	const text = draft?.text ?? file.text;
	const changed = text !== file.text;
	const conflict = draft !== undefined && draft.revision !== file.revision;
	const check = useCheck(`${kind}_check`, may ? text : null, file.revision);
	const ready = changed && !conflict && check.of === text && !check.error && check.problems.length === 0;

	const setDraft = (next) => {
		if (next && next.text === file.text) drafts.delete(kind);
		else if (next) drafts.set(kind, next);
		else drafts.delete(kind);
		again();
	};
	const type = (typed) => {
		setDone({});
		setDraft({ text: typed, revision: draft?.revision ?? file.revision });
	};
	const attempt = async (what) => {
		setBusy(true);
		try {
			await what();
		} catch (error) {
			setAsked(null);
			setDone({ error });
			if (error.code === CODE.conflict) reload();
		}
		setBusy(false);
	};
	const ask = () => attempt(async () => setAsked(await line.call(`${kind}_check`, { text })));
	const save = () => attempt(async () => {
		const saved = await line.call(`${kind}_save`, { text, revision: draft.revision });
		setAsked(null);
		setMine({ ...file, text, revision: saved.revision });
		drafts.delete(kind);
		setDone({ saved });
		reload();
	});
	const keep = () => {
		setDone({});
		setDraft({ text, revision: file.revision });
	};
	const drop = () => {
		setDone({});
		setDraft(null);
	};

	return html`<${Card} title=${title} wide aside=${html`<code class="path">${file.path}</code>`}>
		<${Needs} role="owner" id="text-needs" />
		${conflict && html`<${Conflict} onKeep=${keep} onTake=${drop} />`}
		<${Editor} label=${title} text=${text} readOnly=${!may} describedBy=${may ? undefined : 'text-needs'} onInput=${type}
			problems=${check.of === text ? check.problems : []} />
		${may && html`
			<div class="actions">
				<span role="status" class="verdict"><${Verdict} check=${check} text=${text} changed=${changed} /></span>
				<${Button} disabled=${!changed} onClick=${drop}>${t('text.discard')}<//>
				<${Button} kind="main" busy=${busy} disabled=${!ready} onClick=${ask}>${t('text.save')}<//>
			</div>
			<${Trouble} error=${check.error} />
			<${Outcome} ...${done} />
			${changed && check.of === text && check.diff && html`<details class="changes">
				<summary>${t('text.show-diff')}</summary><${Diff} text=${check.diff} />
				${check.restart.length > 0 && html`<p>${t('text.restart')}</p><${Sections} names=${check.restart} />`}
			</details>`}
		`}
		${asked && html`<${Sure} asked=${asked} busy=${busy} onYes=${save} onNo=${() => setAsked(null)} />`}
	<//>`;
}
