# Print what the library icalendar of Ruby reads of calendars: ruby read.rb FILE …
require "stringio"
require "icalendar"
require "json"

def moment(value)
  return nil if value.nil?
  return value.strftime("%Y-%m-%d") if value.is_a?(Icalendar::Values::Date)

  value.to_time.to_i
end

events = ARGV.to_h do |path|
  calendar = Icalendar::Calendar.parse(File.read(path, encoding: "UTF-8")).first
  [path, calendar.events.map do |event|
    {
      uid: event.uid, start: moment(event.dtstart), end: moment(event.dtend),
      summary: event.summary, description: event.description, location: event.location,
      status: event.status, url: event.url
    }.transform_values { |value| value.is_a?(Integer) ? value : value&.to_s }
  end]
end
puts JSON.generate(events)
