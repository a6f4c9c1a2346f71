// The machine's account.

import { html, useState } from '../vendor/htm-preact-standalone.module.js';
import { money, number } from '../format.js';
import { t } from '../i18n.js';
import { useCall, useStream } from '../live.js';
import { Alarms, Card, Copy, Facts, Trouble } from '../ui.js';

/** The page. */
export function Wallet() {
	// It is told at once, and again after each reconnect.
	const [wallet, setWallet] = useState(null);
	const error = useStream('wallet', {}, setWallet);
	const qr = useCall('wallet_qr');
	if (!wallet) return html`<${Trouble} error=${error} /><p class="dim">${error ? '' : t('wait')}</p>`;
	const amount = (planck, otherwise) => (planck === null || planck === undefined
		? html`<span class="dim">${otherwise}</span>`
		: html`<span title=${t('money.planck', { amount: planck })}>${money(planck, wallet.token)}</span>`);
	return html`
		<${Trouble} error=${error ?? qr.error} />
		<div class="cards">
			<${Card} title=${t('wallet.account')} wide>
				<div class="account">
					<div class="qr">${qr.data && html`
						<img alt=${t('wallet.qr', { account: qr.data.account })}
							src=${`data:image/svg+xml,${encodeURIComponent(qr.data.svg)}`} />`}</div>
					<div>
						<p class="dim">${t('wallet.address')}</p>
						<p><code class="address">${wallet.account}</code></p>
						<p><${Copy} text=${wallet.account} /></p>
						<p class="dim">${t('wallet.address-means')}</p>
					</div>
				</div>
			<//>
			<${Card} title=${t('wallet.money')}>
				<${Facts} of=${[
					[t('wallet.free'), amount(wallet.free, t('wallet.unknown'))],
					[t('wallet.allowance'), amount(wallet.allowance, t('wallet.no-allowance'))],
					[t('wallet.in-flight'), number(wallet.in_flight)],
					[t('machine.id'), wallet.machine ? html`<code>${wallet.machine}</code>` : t('machine.unregistered')],
				]} />
			<//>
			<${Card} title=${t('alarms.title')}><${Alarms} alarms=${wallet.alarms} none=${t('wallet.no-alarms')} /><//>
		</div>`;
}
