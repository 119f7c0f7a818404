// nothing in a feed is markup
const WORDS = {
	en: ['en-GB', 'All items', 'The items could not be loaded.'],
	zh: ['zh-Hans', '全部内容', '内容无法加载。'],
	mn: ['mn', 'Бүх мэдээлэл', 'Мэдээллийг ачаалж чадсангүй.'],
	ar: ['ar', 'جميع المواد', 'تعذّر تحميل المواد.'],
};
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
	const date = new Date(text(value).slice(0, 10));
	return isNaN(date) ? null : date;
};
const days = (item) => {
	const event = item._ilofeed?.event;
	const start = day(event?.start);
	const from = start ?? day(item.date_published);
	return [from, new Date(Math.max(from, start && day(event.end)))];
};
const coming = (item) => {
	const [start, end] = days(item);
	return item._ilofeed?.event && end > Date.now() - 864e5 ? start : Infinity;
};
const mongolian = (date) => {
	const [y, m, d] = date.toJSON().split(/[-T]/).map(Number);
	return `${y} оны ${m} д${/^([149]|11)$/.test(m) ? 'үгээ' : 'угаа'}р сарын ${d}`;
};
const span = (locale, from, to) =>
	locale === 'mn'
		? [...new Set([from, to].map(mongolian))].join(' – ')
		: Intl.DateTimeFormat(`${locale}-u-ca-gregory-nu-latn`, { dateStyle: 'long', timeZone: 'UTC' })
			.formatRange(from, to);
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
	static observedAttributes = 'src limit heading-level lang show-summary order'.split(' ');
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
			const [lang, , failed] = this.#words();
			speak(lang, this.#error).textContent = failed;
		}
		this.ariaBusy = null;
	}

	#words() {
		const word = (tag) => WORDS[text(tag).toLowerCase().match(/^..(?![a-z])/)];
		return word(this.closest('[lang]')?.lang) ?? word(this.#feed?.language) ?? WORDS.en;
	}

	#draw() {
		const number = (name, usual, most) =>
			Math.min(Math.max(parseInt(this.getAttribute(name)) || usual, 1), most);
		const [lang, more] = this.#words();
		const all = this.#feed.items.filter((item) => text(item?.title));
		if (this.getAttribute('order') === 'upcoming') all.sort((a, b) => coming(a) - coming(b));
		const items = all.slice(0, number('limit', 5, 100))
			.map((item) => this.#item(item, `h${number('heading-level', 3, 6)}`, lang));
		const list = make('ul', 'list', ...items);
		list.role = 'list';
		const home = link(this.#feed.home_page_url);
		speak(lang, this.#view).replaceChildren(list, home && make('p', 'more', anchor(home, more)));
	}

	#item(item, heading, locale) {
		const kicker = text([].concat(item.tags)[0]);
		const [from, to] = days(item);
		const time = from && speak(locale, make('time', 'time', span(locale, from, to)));
		if (time) time.dateTime = from.toJSON().slice(0, 10);
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
