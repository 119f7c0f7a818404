// Reloads the page when the files behind it have changed. Of all pages that are open one listens
// to the server and tells the others: browsers allow six connections to a host.
const shown = new URL(import.meta.url).search.slice(1);
const channel = new BroadcastChannel("ilofeed-preview");
let newest; // known to the page that listens

const hear = (version) => {
  if (version !== shown) location.reload();
};

channel.addEventListener("message", ({ data }) => {
  if (data !== "?") hear(data);
  else if (newest) channel.postMessage(newest);
});
channel.postMessage("?");
navigator.locks.request("ilofeed-preview", () => new Promise(() => {
  new EventSource("/-preview/events").addEventListener("message", ({ data }) => {
    newest = data;
    channel.postMessage(data);
    hear(data);
  });
}));
