// The owner's rules: how each stands, what it looks at by now, and their text.

import { html, useEffect, useState } from '../vendor/htm-preact-standalone.module.js';
import { number } from '../format.js';
import { t } from '../i18n.js';
import { useCall, useMay, useStream } from '../live.js';
import { TextCard } from '../text-page.js';
import { Badge, Card, Notice, Said, Trouble } from '../ui.js';

const STATES = {
	quiet: ['rule.quiet', 'ok'],
	pending: ['rule.pending', 'warn'],
	raised: ['rule.raised', 'bad'],
	clearing: ['rule.clearing', 'warn'],
};

/** Where a rule stands. */
export function RuleBadge({ rule }) {
	const [key, kind] = STATES[rule.state] ?? [null, 'idle'];
	const unknown = rule.unknown && rule.state === 'quiet';
	return html`<${Badge} kind=${unknown ? 'idle' : kind}>${unknown ? t('rule.unknown') : key ? t(key) : rule.state}<//>`;
}

const Row = ({ rule }) => html`<tr>
	<th scope="row"><${Said}>${rule.rule}<//></th>
	<td data-label=${t('rules.state')}><${RuleBadge} rule=${rule} />
		${rule.unknown && html`<div class="dim"><${Said}>${rule.unknown}<//></div>`}</td>
	<td data-label=${t('rules.when')}><code>${rule.when}</code></td>
	<td data-label=${t('rules.values')}><ul class="values">${rule.values.map(([name, value]) => html`
		<li key=${name}><code>${name}</code> <b>${number(value, 3, 0)}</b></li>`)}</ul></td>
	<td data-label=${t('rules.raised')} class="number">${number(rule.raised)}</td>
</tr>`;

/** The file, as `{view, error, reload}`, and how the rules stand by now. The file is read again when there is another text in it. */
function useRules() {
	const { data: view, error, reload } = useCall('rules_get');
	const [now, setNow] = useState(null);
	const streamError = useStream('rules', {}, setNow);
	const which = (rules) => rules && `${rules.revision} ${rules.path}`;
	useEffect(() => {
		if (now && view && (which(now) !== which(view) || error)) reload();
	}, [which(now), Boolean(view)]);
	return { view, now: now ?? view, error: error ?? streamError, reload };
}

/** The page. */
export function Rules() {
	const { view, now, error, reload } = useRules();
	const owner = useMay('owner');
	if (!view) return html`<${Trouble} error=${error} /><p class="dim">${error ? '' : t('wait')}</p>`;
	return html`
		<${Trouble} error=${error} />
		${now.trouble && html`<${Notice} kind="bad"><${Said}>${now.trouble}<//><//>`}
		<div class="cards">
			<${Card} title=${t('rules.live')} wide>
				${now.states.length === 0 ? html`<p class="dim">${t('rules.none')}</p>` : html`<table class="stacks">
					<thead><tr><th scope="col">${t('rules.rule')}</th><th scope="col">${t('rules.state')}</th>
						<th scope="col">${t('rules.when')}</th><th scope="col">${t('rules.values')}</th>
						<th scope="col" class="number">${t('rules.raised')}</th></tr></thead>
					<tbody>${now.states.map((rule) => html`<${Row} key=${rule.rule} rule=${rule} />`)}</tbody>
				</table>`}
			<//>
			${view.path
				? html`<${TextCard} kind="rules" title=${t('rules.text')} view=${view} reload=${reload} />`
				: html`<${Card} title=${t('rules.text')} wide><p class="dim">${owner ? t('rules.no-file-owner') : t('rules.no-file')}</p><//>`}
		</div>`;
}
