// nothing in a feed is markup; the feed has its dates in words
const RTL = /-(adlm|ara[bn]|hebr|mand|nkoo|rohg|samr|syrc|thaa)\b|^(a(pc|r[cyz]?|zb)|bal|ckb|dv|fa|glk|he|iw|ji|ks|lrc|mzn|nqo|p(nb|rs|s)|s(d|kr|yr)|u[gr]|yi)\b(?!.*-[a-z]{4}\b)/i;
const SHEET = new CSSStyleSheet();
SHEET.replaceSync(`
:host(:not([hidden])){display:block}
:host{box-sizing:border-box;color:var(--ilo-feed-text,inherit);overflow-wrap:anywhere}
:host([theme]){color-scheme:light dark;padding:1em;background:var(--ilo-feed-background,light-dark(#fff,#14181d));color:var(--ilo-feed-text,light-dark(#1c2430,#e6e9ee))}
:host([theme=light]){color-scheme:light}
:host([theme=dark]){color-scheme:dark}
ul{margin:0;padding:0;list-style:none}
li{padding:.75em 0;text-align:start;border-block-end:1px solid var(--ilo-feed-line,#8886)}
[part=heading]{margin:0;font-size:1.0625em}
p{margin-block:.25em 0}
a{color:var(--ilo-feed-link,inherit)}
[part=kicker],[part=date]{color:var(--ilo-feed-quiet,inherit);font-size:.875em}
[part=kicker]{margin:0;font-weight:600}
`);

const text = (value) => typeof value === 'string' ? value.trim().slice(0, 2000) : '';
const link = (value, base) => {
	const url = URL.canParse(text(value), base) && new URL(text(value), base);
	return /^https?:$/.test(url.protocol) ? url.href : '';
};
const day = (value) => {
	const written = text(value).slice(0, 10);
	return new Date(written).toJSON()?.slice(0, 10) === written ? written : '';
};
const days = (item) => {
	const event = item._ilofeed?.event ?? {};
	const start = day(event.start);
	return [start || day(item.date_published), start && day(event.end)];
};
const coming = (item) => {
	const [start, end] = days(item).map(Date.parse);
	return item._ilofeed?.event && Math.max(start, end || 0) > Date.now() - 864e5 ? start : Infinity;
};
const primary = (tag) => tag.toLowerCase().split('-')[0];
const make = (name, part, ...inside) => {
	const element = document.createElement(name);
	element.part = part;
	element.append(...inside.filter(Boolean));
	return element;
};
const speak = (lang, element) =>
	Object.assign(element, { lang, dir: RTL.test(lang) ? 'rtl' : lang ? 'ltr' : 'auto' });
const anchor = (url, words) =>
	url ? Object.assign(make('a', 'link', words), { href: url }) : words;

customElements.get('ilo-feed') ?? customElements.define('ilo-feed', class extends HTMLElement {
	static observedAttributes = 'src limit heading-level lang error show-summary order'.split(' ');
	#view = make('div', 'feed', make('slot', ''));
	#error = make('p', 'error');
	#feed;
	#request;

	constructor() {
		super();
		this.#error.role = 'status';
		this.attachShadow({ mode: 'open' }).append(this.#view, this.#error);
		this.shadowRoot.adoptedStyleSheets = [SHEET];
	}

	connectedCallback() { this.#update(true); }
	disconnectedCallback() { this.#request = 0; }
	attributeChangedCallback(name) { if (this.#request) this.#update(name === 'src'); }

	async #update(load) {
		const request = this.#request = {};
		if (load) this.#feed = null;
		this.#error.textContent = '';
		this.ariaBusy = 'true';
		const url = !this.#feed && link(this.getAttribute('src') || 'no:', document.baseURI);
		try {
			const answer = url && await fetch(url, {
				credentials: 'omit', referrerPolicy: 'no-referrer', signal: AbortSignal.timeout(15e3),
			});
			const feed = answer ? answer.ok && await answer.json() : this.#feed;
			if (request !== this.#request) return;
			this.#feed = feed;
			this.#draw();
		} catch {
			if (request !== this.#request) return;
			console.warn('ilo-feed: no CORS or feed at', url);
			this.#feed = null;
			this.#view.dir = '';
			this.#view.replaceChildren(make('slot', ''));
			const words = this.getAttribute('error');
			speak(words ? this.#host() : 'en', this.#error).textContent =
				words ?? 'The items could not be loaded.';
		}
		this.ariaBusy = null;
	}

	#host() { return text(this.closest('[lang]')?.lang); }

	#draw() {
		const number = (name, usual, most) =>
			Math.min(Math.max(parseInt(this.getAttribute(name)) || usual, 1), most);
		const feed = this.#feed;
		const more = feed._ilofeed?.more ?? {};
		const known = Object.keys(more);
		const host = primary(this.#host());
		const lang = known.find((tag) => primary(tag) === host) ?? known[0] ?? text(feed.language);
		const all = feed.items.filter((item) => text(item?.title));
		if (this.getAttribute('order') === 'upcoming') all.sort((a, b) => coming(a) - coming(b));
		const items = all.slice(0, number('limit', 5, 100))
			.map((item) => this.#item(item, `h${number('heading-level', 3, 6)}`, lang));
		const list = make('ul', 'list', ...items);
		list.role = 'list';
		const home = link(feed.home_page_url);
		const words = text(more[lang]) || text(feed.title) || home;
		speak(lang, this.#view).replaceChildren(list, home && make('p', 'more', anchor(home, words)));
	}

	#item(item, heading, lang) {
		const kicker = text([].concat(item.tags)[0]);
		const [from, to] = days(item);
		const written = text(item._ilofeed?.when?.[lang]);
		const time = from && speak(written && lang,
			make('time', 'time', written || from, !written && to > from && ` – ${to}`));
		if (time) time.dateTime = from;
		const place = text(item._ilofeed?.event?.place);
		const url = link(item.external_url) || link(item.url);
		const summary = ![null, 'false'].includes(this.getAttribute('show-summary')) && text(item.summary);
		return speak(text(item.language) || text(this.#feed.language), make('li', 'item',
			kicker && make('p', 'kicker', kicker),
			make(heading, 'heading', anchor(url, text(item.title))),
			time && make('p', 'date', time, place && ` · ${place}`),
			summary && make('p', 'summary', summary)));
	}
});
