/* Print what libical reads of calendars, by the VTIMEZONE in each: read FILE … */
#include <libical/ical.h>
#include <stdio.h>
#include <string.h>

static void print_name(const char *name) {
  printf("%s\"%s\": ", strcmp(name, "start") == 0 ? "" : ", ", name);
}

static void print_text(const char *name, const char *text) {
  print_name(name);
  if (text == NULL) {
    printf("null");
    return;
  }
  putchar('"');
  for (; *text; text++) {
    if (*text == '"' || *text == '\\') putchar('\\');
    if ((unsigned char)*text < 32)
      printf("\\u%04x", *text);
    else
      putchar(*text);
  }
  putchar('"');
}

static void print_time(const char *name, icalcomponent *event, icalproperty_kind kind,
                       icalcomponent *calendar) {
  icalproperty *property = icalcomponent_get_first_property(event, kind);
  print_name(name);
  if (property == NULL) {
    printf("null");
    return;
  }
  icalvalue *value = icalproperty_get_value(property);
  struct icaltimetype time = icalvalue_get_datetime(value);
  icalparameter *zone = icalproperty_get_first_parameter(property, ICAL_TZID_PARAMETER);
  if (time.is_date) {
    printf("\"%04d-%02d-%02d\"", time.year, time.month, time.day);
  } else {
    if (zone != NULL)
      time.zone = icalcomponent_get_timezone(calendar, icalparameter_get_tzid(zone));
    printf("%lld", (long long)icaltime_as_timet_with_zone(time, time.zone));
  }
}

static char *read_line(char *line, size_t size, void *file) { return fgets(line, size, file); }

int main(int count, char **paths) {
  printf("{");
  for (int i = 1; i < count; i++) {
    FILE *file = fopen(paths[i], "r");
    icalparser *parser = icalparser_new();
    icalparser_set_gen_data(parser, file);
    icalcomponent *calendar = icalparser_parse(parser, read_line);
    const char *separator = "";
    printf("%s\"%s\": [", i > 1 ? ", " : "", paths[i]);
    for (icalcomponent *event =
             icalcomponent_get_first_component(calendar, ICAL_VEVENT_COMPONENT);
         event != NULL;
         event = icalcomponent_get_next_component(calendar, ICAL_VEVENT_COMPONENT)) {
      icalproperty *url = icalcomponent_get_first_property(event, ICAL_URL_PROPERTY);
      icalproperty *status = icalcomponent_get_first_property(event, ICAL_STATUS_PROPERTY);
      printf("%s{", separator);
      print_time("start", event, ICAL_DTSTART_PROPERTY, calendar);
      print_time("end", event, ICAL_DTEND_PROPERTY, calendar);
      print_text("uid", icalcomponent_get_uid(event));
      print_text("summary", icalcomponent_get_summary(event));
      print_text("description", icalcomponent_get_description(event));
      print_text("location", icalcomponent_get_location(event));
      print_text("url", url != NULL ? icalproperty_get_url(url) : NULL);
      print_text("status", status != NULL ? icalproperty_get_value_as_string(status) : NULL);
      printf("}");
      separator = ", ";
    }
    printf("]");
    fclose(file);
    icalparser_free(parser);
    icalcomponent_free(calendar);
  }
  printf("}\n");
  return 0;
}
