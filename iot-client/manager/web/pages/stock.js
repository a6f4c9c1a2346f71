// The goods that the machine looks after: what the books and the sensors say, what is asked for, and what is on its way.

import { html } from '../vendor/htm-preact-standalone.module.js';
import { moment, number, short } from '../format.js';
import { t } from '../i18n.js';
import { useMachine } from '../live.js';
import { Badge, Card, Said, Trouble } from '../ui.js';

/** A decimal quantity with its unit, or a dash. */
const amount = (quantity, unit) => (quantity === null || quantity === undefined
	? html`<span class="dim">–</span>`
	: `${number(Number(quantity), 3, 0)} ${unit}`.trim());

/** Whether there is enough of it: by the sensor if it says something, otherwise by the books. */
function Enough({ item }) {
	const there = item.level ?? item.books;
	if (item.books === null || item.books === undefined) return html`<${Badge} kind="bad">${t('stock.not-kept')}<//>`;
	if (item.reorder_point === null || item.reorder_point === undefined) return html`<${Badge} kind="idle">${t('stock.no-point')}<//>`;
	return Number(there) < Number(item.reorder_point)
		? html`<${Badge} kind="warn">${t('stock.low')}<//>`
		: html`<${Badge} kind="ok">${t('stock.enough')}<//>`;
}

const Item = ({ item }) => html`<tr>
	<th scope="row" data-label=${t('stock.item')}>${item.item}</th>
	<td data-label=${t('stock.state')}><${Enough} item=${item} /></td>
	<td data-label=${t('stock.books')}>${amount(item.books, item.unit)}</td>
	<td data-label=${t('stock.level')}>${item.level === null || item.level === undefined
		? html`<span class="dim">${t('stock.unsteady')}</span>` : amount(item.level, item.unit)}</td>
	<td data-label=${t('stock.point')}>${amount(item.reorder_point, item.unit)}</td>
	<td data-label=${t('stock.channel')}><code>${item.channel}</code></td>
</tr>`;

const Purchase = ({ purchase }) => html`<tr>
	<th scope="row" data-label=${t('stock.purchase')}><${Said}>${purchase.what}<//></th>
	<td data-label=${t('stock.item')}>${purchase.item}</td>
	<td data-label=${t('stock.quantity')}>${amount(purchase.quantity, '')}</td>
	<td data-label=${t('stock.price')}>${purchase.price}</td>
	<td data-label=${t('stock.state')}><${Said}>${purchase.state}<//></td>
	<td data-label=${t('stock.supplier')}>${purchase.supplier
		? html`<code title=${purchase.supplier}>${short(purchase.supplier)}</code>`
		: t('stock.bids', { count: number(purchase.bids) })}</td>
	<td data-label=${t('stock.until')}>${purchase.until ? moment(purchase.until) : '–'}</td>
</tr>`;

const Heads = ({ of }) => html`<thead><tr>${of.map((key) => html`<th key=${key} scope="col">${t(key)}</th>`)}</tr></thead>`;

const ITEM_HEADS = ['stock.item', 'stock.state', 'stock.books', 'stock.level', 'stock.point', 'stock.channel'];
const PURCHASE_HEADS = [
	'stock.purchase', 'stock.item', 'stock.quantity', 'stock.price', 'stock.state', 'stock.supplier', 'stock.until',
];

/** The page. */
export function Stock() {
	const { daemon, statusError } = useMachine();
	if (!daemon) return html`<${Trouble} error=${statusError} /><p class="dim">${statusError ? '' : t('wait')}</p>`;
	const { stock } = daemon;
	if (!stock) return html`<${Trouble} error=${statusError} /><div class="cards">
		<${Card} title=${t('stock.title')} wide><p class="dim">${t('stock.none')}</p><//>
	</div>`;
	return html`
		<${Trouble} error=${statusError} />
		<div class="cards">
			<${Card} title=${t('stock.title')} wide aside=${html`<span class="dim">${t('stock.site', { site: stock.site })}</span>`}>
				${stock.items.length === 0 ? html`<p class="dim">${t('stock.no-items')}</p>` : html`<table class="stacks">
					<${Heads} of=${ITEM_HEADS} />
					<tbody>${stock.items.map((item) => html`<${Item} key=${item.item} item=${item} />`)}</tbody>
				</table>`}
			<//>
			<${Card} title=${t('stock.purchases')} wide>
				${stock.purchases.length === 0 ? html`<p class="dim">${t('stock.no-purchases')}</p>` : html`<table class="stacks">
					<${Heads} of=${PURCHASE_HEADS} />
					<tbody>${stock.purchases.map((purchase) => html`<${Purchase} key=${purchase.what} purchase=${purchase} />`)}</tbody>
				</table>`}
			<//>
			<${Card} title=${t('stock.doing')} wide>
				${stock.doing.length === 0 && html`<p class="dim">${t('stock.nothing')}</p>`}
				<ul class="rows">${stock.doing.map((doing) => html`<li key=${doing}><${Said}>${doing}<//></li>`)}</ul>
			<//>
		</div>`;
}
