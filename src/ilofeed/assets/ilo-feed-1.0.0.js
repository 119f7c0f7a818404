// <ilo-feed src="…/feed.json" limit="5" heading-level="3" lang theme show-summary>
// Nothing in a feed is taken for markup; what stands inside stays when there is no feed.
const WORDS = {
  en: ['en-GB', 'All items', 'The items could not be loaded.'],
  zh: ['zh-Hans', '全部内容', '内容无法加载。'],
  mn: ['mn', 'Бүх мэдээлэл', 'Мэдээллийг ачаалж чадсангүй.'],
};
const SHEET = new CSSStyleSheet();
SHEET.replaceSync(`
:host(:not([hidden])) { display: block }
:host { color: var(--ilo-feed-text, inherit); overflow-wrap: anywhere }
:host([theme]) {
  color-scheme: light dark;
  padding: 1em;
  background: var(--ilo-feed-background, light-dark(#fff, #14181d));
  color: var(--ilo-feed-text, light-dark(#1c2430, #e6e9ee));
}
:host([theme=light]) { color-scheme: light }
:host([theme=dark]) { color-scheme: dark }
ul { margin: 0; padding: 0; list-style: none }
li { padding: .75em 0; border-bottom: 1px solid var(--ilo-feed-line, #8886) }
[part=heading] { margin: 0; font-size: 1.0625em }
p { margin: .25em 0 0 }
a { color: var(--ilo-feed-link, inherit) }
[part=kicker], [part=date] { color: var(--ilo-feed-quiet, inherit); font-size: .875em }
[part=kicker] { margin: 0; font-weight: 600 }
`);

const text = (value) => (typeof value === 'string' ? value.trim().slice(0, 2000) : '');
const link = (value) => {
  const url = URL.canParse(text(value)) && new URL(text(value));
  return /^https?:$/.test(url.protocol) ? url.href : '';
};
const day = (value) => { // in the office's zone
  const date = new Date(text(value).slice(0, 10));
  return isNaN(date) ? null : date;
};
const mongolian = (date) => { // unknown to browsers
  const [y, m, d] = date.toISOString().slice(0, 10).split('-').map(Number);
  return `${y} оны ${m} д${/^([149]|11)$/.test(m) ? 'үгээ' : 'угаа'}р сарын ${d}`;
};
const span = (locale, from, to) =>
  locale === 'mn'
    ? [...new Set([from, to].map(mongolian))].join(' – ')
    : new Intl.DateTimeFormat(locale, { dateStyle: 'long', timeZone: 'UTC' }).formatRange(from, to);
const make = (name, part, ...inside) => {
  const element = document.createElement(name);
  element.part = part;
  element.append(...inside.filter(Boolean));
  return element;
};
const anchor = (url, words) =>
  url ? Object.assign(make('a', 'link', words), { href: url }) : words;

class IloFeed extends HTMLElement {
  static observedAttributes = ['src', 'limit', 'heading-level', 'lang', 'show-summary'];
  #view = make('div', 'feed', make('slot', ''));
  #error = make('p', 'error');
  #feed;
  #request;
  #due;

  constructor() {
    super();
    this.#error.role = 'status';
    const root = this.attachShadow({ mode: 'open' });
    root.adoptedStyleSheets = [SHEET];
    root.append(this.#view, this.#error);
  }

  connectedCallback() { this.#wake(true); }
  disconnectedCallback() { this.#request?.abort(); }
  attributeChangedCallback(name) { if (this.isConnected) this.#wake(name === 'src'); }

  #wake(load) {
    if (load) this.#feed = null;
    this.#due ??= Promise.resolve().then(() => {
      this.#due = null;
      return this.#feed ? this.#draw() : this.#load();
    });
  }

  async #load() {
    this.#request?.abort();
    const request = this.#request = new AbortController();
    const signal = AbortSignal.any([request.signal, AbortSignal.timeout(15000)]);
    this.ariaBusy = 'true';
    this.#error.textContent = '';
    try {
      const url = link(new URL(this.getAttribute('src') || 'no:', document.baseURI).href);
      if (!url) throw 0;
      const answer = await fetch(url, { credentials: 'omit', referrerPolicy: 'no-referrer', signal });
      const feed = answer.ok && await answer.json();
      if (request.signal.aborted) return;
      if (!Array.isArray(feed?.items)) throw 0;
      this.#feed = feed;
      this.#draw();
    } catch {
      if (request.signal.aborted) return;
      this.#view.replaceChildren(make('slot', ''));
      this.#error.textContent = this.#words()[2];
    } finally {
      if (request === this.#request) this.ariaBusy = null;
    }
  }

  #words() {
    const word = (tag) => WORDS[text(tag).slice(0, 2).toLowerCase()];
    return word(this.closest('[lang]')?.lang) ?? word(this.#feed?.language) ?? WORDS.en;
  }

  #draw() {
    const number = (name, usual, most) =>
      Math.min(Math.max(parseInt(this.getAttribute(name)) || usual, 1), most);
    const words = this.#words();
    const list = make('ul', 'list');
    list.role = 'list';
    const heading = `h${number('heading-level', 3, 6)}`;
    const items = this.#feed.items.filter((item) => text(item?.title));
    for (const item of items.slice(0, number('limit', 5, 100)))
      list.append(this.#item(item, heading, words[0]));
    const home = link(this.#feed.home_page_url);
    this.#view.lang = words[0];
    this.#view.replaceChildren(list, home && make('p', 'more', anchor(home, words[1])));
  }

  #item(item, heading, locale) {
    const lang = text(item.language) || text(this.#feed.language);
    const own = (name, part, inside) => inside && Object.assign(make(name, part, inside), { lang });
    const event = item._ilofeed?.event;
    const start = day(event?.start);
    const from = start ?? day(item.date_published);
    const to = Math.max(from, start && day(event.end));
    const place = text(event?.place);
    const time = from && make('time', 'time', span(locale, from, new Date(to)));
    if (time) time.dateTime = from.toISOString().slice(0, 10);
    const url = link(item.external_url) || link(item.url);
    const summary = ![null, 'false'].includes(this.getAttribute('show-summary'));
    return make('li', 'item',
      own('p', 'kicker', Array.isArray(item.tags) && text(item.tags[0])),
      own(heading, 'heading', anchor(url, text(item.title))),
      time && make('p', 'date', time, place && `, ${place}`),
      summary && own('p', 'summary', text(item.summary)));
  }
}
if (!customElements.get('ilo-feed')) customElements.define('ilo-feed', IloFeed);
