// The page: who is logged in, then the machine. Everything is drawn anew when the language changes.

import { html, render, useEffect, useState } from './vendor/htm-preact-standalone.module.js';
import { language } from './i18n.js';
import { Login } from './pages/login.js';
import { line } from './rpc.js';
import * as sessions from './session.js';
import { Shell } from './shell.js';
import { drafts } from './text-page.js';

function App() {
	// Undefined before the server has said who is logged in.
	const [session, setSession] = useState(undefined);
	const [why, setWhy] = useState(null);
	const [, setLanguage] = useState(language());

	const leave = (reason) => {
		line.close();
		setWhy(reason);
		setSession(null);
	};
	const enter = (theSession) => {
		line.open(theSession, () => leave('login.ended'));
		setWhy(null);
		setSession(theSession);
	};
	const logout = async () => {
		drafts.clear();
		leave('login.left');
		await sessions.logout();
	};

	useEffect(() => {
		sessions.current().then((known) => (known ? enter(known) : setSession(null)), () => setSession(null));
	}, []);

	if (session === undefined) return null;
	if (session === null) return html`<${Login} why=${why} onLogin=${enter} onLanguage=${setLanguage} />`;
	return html`<${Shell} session=${session} onLogout=${logout} onLanguage=${setLanguage} />`;
}

render(html`<${App} />`, document.getElementById('app'));
