// The configuration of the client.

import { html } from '../vendor/htm-preact-standalone.module.js';
import { t } from '../i18n.js';
import { useCall, useMay } from '../live.js';
import { TextCard } from '../text-page.js';
import { Closed, Trouble } from '../ui.js';

function ConfigView() {
	const { data: config, error, reload } = useCall('config_get');
	return html`
		<${Trouble} error=${error} />
		${!config && !error && html`<p class="dim">${t('wait')}</p>`}
		${config && html`<div class="cards">
			<${TextCard} kind="config" title=${t('config.text')} view=${config} reload=${reload} />
		</div>`}`;
}

/** The page. */
export const Config = () => (useMay('owner') ? html`<${ConfigView} />` : html`<${Closed} role="owner" />`);
