// Print what three libraries of npm read of calendars: node read.mjs READER FILE …
// The output is JSON: for each file a list of events.
import fs from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(new URL("../checkers/package.json", import.meta.url));
const [reader, ...paths] = process.argv.slice(2);

const day = (date) => date.toISOString().slice(0, 10);
const moment = (date, isDay) => (date ? (isDay ? day(date) : date.getTime() / 1000) : null);

async function icalJs(text) {
  const { default: ICAL } = await import(require.resolve("ical.js"));
  const calendar = new ICAL.Component(ICAL.parse(text));
  // without this ical.js asks its own list of zones, which is empty, and not the file
  ICAL.TimezoneService.reset();
  calendar.getAllSubcomponents("vtimezone").forEach((zone) => ICAL.TimezoneService.register(zone));
  const read = (time) => time && (time.isDate ? time.toString() : time.toUnixTime());
  return calendar.getAllSubcomponents("vevent").map((component) => ({
    uid: component.getFirstPropertyValue("uid"),
    start: read(component.getFirstPropertyValue("dtstart")),
    end: read(component.getFirstPropertyValue("dtend")),
    ...Object.fromEntries(
      ["summary", "description", "location", "status", "url"].map((name) => [
        name, component.getFirstPropertyValue(name),
      ]),
    ),
  }));
}

function nodeIcal(text) {
  const ical = require("node-ical");
  // a date is the local midnight of this process, which runs in UTC
  return Object.values(ical.sync.parseICS(text))
    .filter((item) => item.type === "VEVENT")
    .map((event) => ({
      uid: event.uid,
      start: moment(event.start, event.datetype === "date"),
      end: moment(event.end, event.datetype === "date"),
      summary: event.summary,
      description: event.description,
      location: event.location,
      status: event.status,
      url: event.url,
    }));
}

function tsIcs(text) {
  const { convertIcsCalendar } = require("ts-ics");
  const read = (time) => time && moment(time.date, time.type === "DATE");
  return (convertIcsCalendar(undefined, text).events ?? []).map((event) => ({
    uid: event.uid,
    start: read(event.start),
    end: read(event.end),
    summary: event.summary,
    description: event.description,
    location: event.location,
    status: event.status,
    url: event.url,
  }));
}

const read = { "ical.js": icalJs, "node-ical": nodeIcal, "ts-ics": tsIcs }[reader];
const events = {};
for (const path of paths) events[path] = await read(fs.readFileSync(path, "utf-8"));
// undefined is null in JSON only if it is said
console.log(JSON.stringify(events, (_, value) => (value === undefined ? null : value)));
