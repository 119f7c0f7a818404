// In embed.html: tells the page around the frame how high the content is, and takes the choices
// that stand behind the address: #theme=dark&limit=3. Without this script the frame scrolls.
(() => {
  const choices = new URLSearchParams(location.hash.slice(1));
  const root = document.documentElement;
  if (['light', 'dark'].includes(choices.get('theme'))) root.dataset.theme = choices.get('theme');
  const limit = parseInt(choices.get('limit'), 10);
  if (limit > 0)
    for (const item of [...document.querySelectorAll('.items > li')].slice(limit)) item.hidden = true;
  if (parent === window) return;

  // WordPress puts a secret behind the address and expects it with messages in its own words
  const secret = location.hash.match(/[?&]secret=(\w+)/)?.[1];
  const say = (message, value) => parent.postMessage(
    { message, value, secret: secret ?? '', ...(message === 'height' && { iloFeedHeight: value }) },
    '*', // the height and the public addresses of pages are no secrets
  );
  const tell = () => say('height', Math.ceil(root.getBoundingClientRect().height));
  tell(); // browsers pause observers of frames that are not seen, and WordPress hides them until now
  new ResizeObserver(tell).observe(root);
  addEventListener('message', ({ data, source }) => {
    if (source === parent && (data?.iloFeed === 'height' || data?.message === 'ready')) tell();
  });
  // its frames open no window, and it follows links to the host of the frame only
  if (secret)
    addEventListener('click', (event) => {
      const link = event.target.closest('a');
      if (!link) return;
      event.preventDefault();
      say('link', new URL(link.dataset.page ?? link.href, location).href);
    });
})();
