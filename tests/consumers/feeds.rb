# Print what the library rss of Ruby reads of feeds: ruby feeds.rb FILE …
require "json"
require "rss"

def of_atom(item)
  links = item.links.group_by(&:rel)
  {
    id: item.id.content, title: item.title.content, link: links["alternate"].first.href,
    published: item.published.content.to_i, updated: item.updated.content.to_i,
    content: item.content.content, categories: item.categories.map(&:label),
    enclosures: (links["enclosure"] || []).map { |file| [file.href, file.type, file.length&.to_i] }
  }
end

def of_rss(item)
  file = item.enclosure
  {
    id: item.guid.content, title: item.title, link: item.link, published: item.pubDate.to_i,
    content: item.content_encoded, categories: item.categories.map(&:content),
    enclosures: file ? [[file.url, file.type, file.length]] : []
  }
end

items = ARGV.to_h do |path|
  feed = RSS::Parser.parse(File.read(path, encoding: "UTF-8"))
  [path, feed.feed_type == "atom" ? feed.entries.map { of_atom(_1) } : feed.items.map { of_rss(_1) }]
end
puts JSON.generate(items)
