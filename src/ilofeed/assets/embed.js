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

  // the height is no secret, so whoever frames the page may know it; WordPress asks for its own words
  const secret = choices.get('?secret') ?? choices.get('secret') ?? '';
  const tell = () => {
    const height = Math.ceil(root.getBoundingClientRect().height);
    parent.postMessage({ iloFeedHeight: height, message: 'height', value: height, secret }, '*');
  };
  new ResizeObserver(tell).observe(root);
  addEventListener('message', (event) => {
    if (event.source === parent && event.data?.iloFeed === 'height') tell();
  });
})();
