// Print what libraries of npm read of feeds: node feeds.mjs READER FILE …
// The output is JSON: for each file a list of items.
import fs from "node:fs";
import { createRequire } from "node:module";
import { Readable } from "node:stream";

const require = createRequire(new URL("../checkers/package.json", import.meta.url));
const [reader, ...paths] = process.argv.slice(2);

const seconds = (date) => (date ? Math.floor(new Date(date).getTime() / 1000) : null);
const event = (item, value = (x) => x) =>
  item["ev:startdate"]
    ? ["startdate", "enddate", "location"].map((name) => value(item[`ev:${name}`]) ?? null)
    : null;

async function feedsmith(text) {
  const { parseFeed } = await import(require.resolve("feedsmith"));
  const { format, feed } = parseFeed(text);
  const link = (item, rel) => item.links.filter((one) => one.rel === rel);
  if (format === "atom") {
    return feed.entries.map((item) => ({
      id: item.id,
      title: item.title.value,
      link: link(item, "alternate")[0].href,
      published: seconds(item.published),
      updated: seconds(item.updated),
      content: item.content.value,
      categories: item.categories.map((category) => category.label),
      enclosures: link(item, "enclosure").map((file) => [file.href, file.type, file.length]),
    }));
  }
  return feed.items.map((item) =>
    format === "rss"
      ? {
          id: item.guid.value,
          title: item.title,
          link: item.link,
          published: seconds(item.pubDate),
          updated: seconds(item.atom?.updated),
          content: item.content.encoded,
          categories: item.categories.map((category) => category.name),
          enclosures: (item.enclosures ?? []).map((file) => [file.url, file.type, file.length]),
        }
      : {
          id: item.id,
          title: item.title,
          link: item.url,
          published: seconds(item.date_published),
          updated: seconds(item.date_modified),
          content: item.content_html,
          categories: item.tags,
          enclosures: (item.attachments ?? []).map((file) => [
            file.url, file.mime_type, file.size_in_bytes,
          ]),
        },
  );
}

async function rssParser(text) {
  const Parser = require("rss-parser");
  const names = ["ev:startdate", "ev:enddate", "ev:location"];
  const { items } = await new Parser({ customFields: { item: names } }).parseString(text);
  return items.map((item) => ({
    id: item.id ?? item.guid,
    title: item.title,
    link: item.link,
    published: seconds(item.isoDate),
    content: item["content:encoded"] ?? item.content,
    categories: item.categories?.map((category) => category._),
    enclosures: item.enclosure
      ? [[item.enclosure.url, item.enclosure.type, Number(item.enclosure.length)]]
      : [],
    event: event(item),
  }));
}

async function nodeFeedparser(text) {
  const Parser = require("feedparser");
  const items = [];
  for await (const item of Readable.from([text]).pipe(new Parser())) {
    items.push({
      id: item.guid,
      title: item.title,
      link: item.link,
      published: seconds(item.pubdate),
      updated: seconds(item.date),
      content: item.description,
      categories: item.categories,
      enclosures: item.enclosures.map((file) => [
        file.url, file.type, file.length && Number(file.length),
      ]),
      event: event(item, (element) => element?.["#"]),
    });
  }
  return items;
}

async function extractus(text) {
  const { extractFromXml, extractFromJson } = await import(
    require.resolve("@extractus/feed-extractor")
  );
  const read = text.startsWith("<") ? extractFromXml : extractFromJson;
  const { entries } = read(text, { descriptionMaxLen: 0 });
  return entries.map((item) => ({
    id: item.id,
    title: item.title,
    link: item.link,
    published: seconds(item.published),
    content: item.description,
  }));
}

async function rowanmanning(text) {
  const { parseFeed } = require("@rowanmanning/feed-parser");
  return parseFeed(text).items.map((item) => ({
    id: item.id,
    title: item.title,
    link: item.url,
    published: seconds(item.published),
    updated: seconds(item.updated),
    content: item.content,
    categories: item.categories.map((category) => category.label),
    enclosures: item.media.map((file) => [file.url, file.mimeType, file.length]),
  }));
}

const read = {
  feedsmith, "rss-parser": rssParser, "feedparser-js": nodeFeedparser,
  "feed-extractor": extractus, "feed-parser": rowanmanning,
}[reader];
const items = {};
for (const path of paths) items[path] = await read(fs.readFileSync(path, "utf-8"));
console.log(JSON.stringify(items));
