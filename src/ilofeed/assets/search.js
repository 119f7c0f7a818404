// The page to search: Pagefind finds, this shows what it found. Its texts become text nodes, never
// markup. Without it, or where it fails, the page says so and links to all news.
const MOST = 20; // results that are shown at once
// Chinese characters and Japanese letters, which are words of their own in the index (pages/search.py)
const WIDE = '\\u3040-\\u30ff\\u3400-\\u9fff\\uf900-\\ufaff\\u{20000}-\\u{3ffff}';
const BESIDE = `[${WIDE}\\u3000-\\u303f\\uff00-\\uffef]`;
const between = new RegExp(`(?<=[${WIDE}])(?=\\S)|(?<=\\S)(?=[${WIDE}])`, 'gu');
const onlyWide = new RegExp(`^[${WIDE}]{2,}$`, 'u');
const added = new RegExp(`(?<=${BESIDE}(?:</mark>)?) (?=(?:<mark>)?${BESIDE})`, 'gu');

const form = document.querySelector('form[role=search]');
const [input, list, more, status, fails] = ['input', '#found', '#more', 'main [role=status]', '#fails']
  .map((one) => document.querySelector(one));
let indexes;
let asked = 0;
let results = [];

// Pagefind goes on without a file that does not load, as if it held nothing. So each is asked for
// twice, and if one is missing then, nothing is said of what was found.
const { fetch } = window;
let isMissing = false;
window.fetch = (...given) => {
  const ask = async () => {
    const answer = await fetch(...given);
    if (!answer.ok) throw new Error(`${answer.status} ${answer.url}`);
    return answer;
  };
  return ask().catch(ask).catch((error) => {
    isMissing = true;
    throw error;
  });
};

const load = async (language) => {
  const index = await import(`./${language}/pagefind.js`);
  // Trusted Types refuse the address of a worker; an excerpt has words, in Chinese characters
  await index.options({ noWorker: true, excerptLength: /^(zh|ja)/.test(language) ? 60 : 30 });
  return { language, index };
};

const find = async (text) => {
  indexes ??= Promise.all(form.dataset.languages.split(' ').filter(Boolean).map(load));
  const found = await Promise.all((await indexes).map(async ({ language, index }) =>
    (await index.search(text)).results.map((result) => ({ language, result }))));
  if (isMissing) throw new Error('a file of the index is missing');
  return found.flat().sort((one, other) => other.result.score - one.result.score);
};

const element = (name, className, ...children) => {
  const made = document.createElement(name);
  if (className) made.className = className;
  made.append(...children);
  return made;
};

// An excerpt is text with <mark> in it, and with escaped < and >. At the start of an entry it repeats
// the title, which is left out.
const excerpt = (text, title) => {
  const parts = text.replace(added, '').replaceAll('</mark><mark>', '').split(/<\/?mark>/)
    .map((part) => part.replaceAll('&lt;', '<').replaceAll('&gt;', '>'));
  const first = title.replace(between, ' ').replace(added, '');
  let over = parts.join('').startsWith(first) ? first.length : 0;
  return parts.map((part, number) => {
    const rest = over ? part.slice(over).replace(/^[.\s]+/, '') : part;
    over -= Math.min(over, part.length);
    return number % 2 && rest ? element('mark', '', rest) : rest;
  });
};

const show = async () => {
  const before = asked;
  const shown = list.childElementCount;
  const items = await Promise.all(results.slice(shown, shown + MOST).map(async ({ language, result }) => {
    const { meta, raw_url: path, excerpt: text } = await result.data();
    const link = element('a', '', meta.title);
    link.href = new URL(`..${path}`, import.meta.url).href;
    const article = element('article', '',
      element('div', '', element('h2', '', link), element('p', 'summary', ...excerpt(text, meta.title))),
      element('p', 'when', meta.date));
    article.lang = language;
    article.dir = 'auto';
    return element('li', '', article);
  }));
  if (before !== asked) return; // another search has begun
  list.append(...items);
  more.hidden = list.childElementCount >= results.length;
};

const search = async () => {
  const text = input.value.trim();
  const now = asked += 1;
  history.replaceState(null, '', text ? `?q=${encodeURIComponent(text)}` : location.pathname);
  const spaced = text.replace(between, ' ');
  let found = text ? await find(onlyWide.test(text) ? `"${spaced}"` : spaced) : [];
  if (!found.length && onlyWide.test(text)) found = await find(spaced); // anywhere in an entry
  if (now !== asked) return;
  results = found;
  list.replaceChildren();
  await show();
  if (now === asked) status.textContent = text && form.dataset.found.replace('{number}', found.length);
};

const attempt = (work) => work().catch((error) => {
  console.error(error);
  list.replaceChildren();
  status.textContent = '';
  form.hidden = more.hidden = true;
  fails.hidden = false;
});

let timer;
input.addEventListener('input', () => {
  clearTimeout(timer);
  timer = setTimeout(attempt, 300, search);
});
form.addEventListener('submit', (event) => {
  event.preventDefault();
  clearTimeout(timer);
  attempt(search);
});
more.addEventListener('click', () => attempt(show));
form.hidden = false;
fails.hidden = true;
input.value = new URLSearchParams(location.search).get('q') ?? '';
if (input.value) attempt(search);
