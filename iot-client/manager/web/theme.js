// The theme, put in place before the first paint: what was chosen here, otherwise what the system has. A plain script and not
// a module, since modules run after the first paint. `setTheme` in ui.js changes the choice.
(() => {
	const root = document.documentElement;
	const system = matchMedia('(prefers-color-scheme: dark)');
	try {
		root.dataset.chosen = localStorage.getItem('theme') ?? 'system';
	} catch {
		root.dataset.chosen = 'system';
	}
	const apply = () => {
		const { chosen } = root.dataset;
		root.dataset.theme = chosen === 'light' || chosen === 'dark' ? chosen : system.matches ? 'dark' : 'light';
	};
	apply();
	system.addEventListener('change', apply);
	addEventListener('themechange', apply);
})();
