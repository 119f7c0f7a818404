// Print what ROME reads of feeds: java -cp … Feeds.java FILE …
import com.rometools.rome.feed.synd.SyndEntry;
import com.rometools.rome.io.SyndFeedInput;
import com.rometools.rome.io.XmlReader;
import java.io.File;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

class Feeds {
  public static void main(String[] paths) throws Exception {
    Map<String, Object> items = new LinkedHashMap<>();
    for (String path : paths) {
      List<Object> read = new ArrayList<>();
      for (SyndEntry entry : new SyndFeedInput().build(new XmlReader(new File(path))).getEntries()) {
        read.add(item(entry));
      }
      items.put(path, read);
    }
    new PrintStream(System.out, true, "UTF-8").println(json(items));
  }

  static Map<String, Object> item(SyndEntry entry) {
    List<Object> categories = new ArrayList<>();
    entry.getCategories().forEach(category -> categories.add(category.getName()));
    List<Object> files = new ArrayList<>();
    entry.getEnclosures().forEach(
        file -> files.add(List.of(file.getUrl(), file.getType(), file.getLength())));
    Map<String, Object> item = new LinkedHashMap<>();
    item.put("id", entry.getUri());
    item.put("title", entry.getTitle());
    item.put("link", entry.getLink());
    item.put("published", seconds(entry.getPublishedDate()));
    item.put("updated", seconds(entry.getUpdatedDate()));
    item.put("content", entry.getContents().get(0).getValue());
    item.put("categories", categories);
    item.put("enclosures", files);
    return item;
  }

  static Long seconds(Date date) {
    return date == null ? null : Math.floorDiv(date.getTime(), 1000L);
  }

  static String json(Object value) {
    if (value instanceof Map) {
      List<String> pairs = new ArrayList<>();
      ((Map<?, ?>) value).forEach((key, inner) -> pairs.add(json(key) + ":" + json(inner)));
      return "{" + String.join(",", pairs) + "}";
    }
    if (value instanceof List) {
      List<String> values = new ArrayList<>();
      ((List<?>) value).forEach(inner -> values.add(json(inner)));
      return "[" + String.join(",", values) + "]";
    }
    if (!(value instanceof String)) return String.valueOf(value);
    StringBuilder text = new StringBuilder("\"");
    for (char c : ((String) value).toCharArray()) {
      if (c < 32 || c == '"' || c == '\\') text.append(String.format("\\u%04x", (int) c));
      else text.append(c);
    }
    return text.append('"').toString();
  }
}
