// The owner's rules: how each stands, what it looks at by now, and their text.

import { html } from '../vendor/htm-preact-standalone.module.js';
import { number } from '../format.js';
import { t } from '../i18n.js';
import { useCall, useEvery, useMay } from '../live.js';
import { TextCard } from '../text-page.js';
import { Badge, Card, Notice, Said, Trouble } from '../ui.js';

const EVERY_MS = 2000;

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

/** The page. */
export function Rules() {
	const { data: rules, error, reload } = useCall('rules_get');
	const owner = useMay('owner');
	useEvery(EVERY_MS, reload);
	if (!rules) return html`<${Trouble} error=${error} /><p class="dim">${error ? '' : t('wait')}</p>`;
	return html`
		<${Trouble} error=${error} />
		${rules.trouble && html`<${Notice} kind="bad"><${Said}>${rules.trouble}<//><//>`}
		<div class="cards">
			<${Card} title=${t('rules.live')} wide>
				${rules.states.length === 0 ? html`<p class="dim">${t('rules.none')}</p>` : html`<table class="stacks">
					<thead><tr><th scope="col">${t('rules.rule')}</th><th scope="col">${t('rules.state')}</th>
						<th scope="col">${t('rules.when')}</th><th scope="col">${t('rules.values')}</th>
						<th scope="col" class="number">${t('rules.raised')}</th></tr></thead>
					<tbody>${rules.states.map((rule) => html`<${Row} key=${rule.rule} rule=${rule} />`)}</tbody>
				</table>`}
			<//>
			${rules.path
				? html`<${TextCard} kind="rules" title=${t('rules.text')} view=${rules} reload=${reload} />`
				: html`<${Card} title=${t('rules.text')} wide><p class="dim">${owner ? t('rules.no-file-owner') : t('rules.no-file')}</p><//>`}
		</div>`;
}
