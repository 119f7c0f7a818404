<?php
// Print what sabre/vobject reads of calendars: php read.php FILE …
require "Sabre/VObject/autoload.php";

function moment($property)
{
    if ($property === null) {
        return null;
    }
    $isDay = (string) $property["VALUE"] === "DATE";
    return $isDay ? $property->getDateTime()->format("Y-m-d") : $property->getDateTime()->getTimestamp();
}

date_default_timezone_set("UTC");
$events = [];
foreach (array_slice($argv, 1) as $path) {
    $events[$path] = [];
    foreach (Sabre\VObject\Reader::read(file_get_contents($path))->select("VEVENT") as $event) {
        $seen = ["start" => moment($event->DTSTART), "end" => moment($event->DTEND)];
        foreach (["UID", "SUMMARY", "DESCRIPTION", "LOCATION", "STATUS", "URL"] as $name) {
            // this version of the library leaves \, and \; and \\ to its caller
            $value = isset($event->$name) ? $event->$name->value : null;
            $seen[strtolower($name)] = $value === null ? null : preg_replace('/\\\\([,;\\\\])/', '$1', $value);
        }
        $events[$path][] = $seen;
    }
}
echo json_encode($events);
