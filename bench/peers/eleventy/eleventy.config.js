const TERMS = [
  ...Array.from({ length: 12 }, (_, number) => `topic-${number}`),
  "CN",
  "MN",
  "KZ",
  "world",
];

export default function (config) {
  config.addGlobalData("feeds", ["entry", ...TERMS]); // "entry" is on all of them
  config.addFilter("newest", (entries) => (entries || []).slice(-20).reverse());
  config.addFilter("rfc3339", (date) => date.toISOString());
  config.addFilter("rfc822", (date) => date.toUTCString());
  return { dir: { input: ".", output: "_site" }, markdownTemplateEngine: false };
}
