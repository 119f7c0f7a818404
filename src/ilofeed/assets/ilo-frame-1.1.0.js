// Fits frames that show a feed or an entry (embed.html) into the column that they stand in, and
// their height to what is in them. A height is believed only from the window of such a frame, and
// only from the origin that frame has: "null" in a sandbox without allow-same-origin.
(() => {
  const site = new URL('..', document.currentScript.src).href; // this file is <site>/embed/<name>.js
  const frames = () =>
    [...document.querySelectorAll('iframe')].filter((frame) => frame.src.startsWith(site));
  const origin = (frame) =>
    frame.hasAttribute('sandbox') && !frame.sandbox.contains('allow-same-origin')
      ? 'null'
      : new URL(frame.src).origin;

  addEventListener('message', (event) => {
    const frame = frames().find((one) => one.contentWindow === event.source);
    const height = event.data?.iloFeedHeight;
    if (!frame || event.origin !== origin(frame) || !Number.isFinite(height)) return;
    frame.height = Math.min(Math.max(Math.ceil(height), 50), 10000);
  });
  for (const frame of frames()) {
    // set one by one, which every policy for styles allows
    Object.assign(frame.style, {
      display: 'block', boxSizing: 'border-box', width: '100%', border: '0',
    });
    // a frame that was there first has spoken already: ask again
    frame.contentWindow?.postMessage({ iloFeed: 'height' }, '*');
  }
})();
