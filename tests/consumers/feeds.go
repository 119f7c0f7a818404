// Print what gofeed reads of feeds: go run feeds.go FILE …
package main

import (
	"encoding/json"
	"os"
	"strconv"
	"time"

	"github.com/mmcdole/gofeed"
	"github.com/mmcdole/gofeed/extensions"
)

type item map[string]interface{}

func seconds(date *time.Time) interface{} {
	if date == nil {
		return nil
	}
	return date.Unix()
}

func event(all ext.Extensions) interface{} {
	if all["ev"] == nil {
		return nil
	}
	values := []interface{}{nil, nil, nil}
	for i, name := range []string{"startdate", "enddate", "location"} {
		for _, extension := range all["ev"][name] {
			values[i] = extension.Value
		}
	}
	return values
}

func read(path string) []item {
	file, err := os.Open(path)
	if err != nil {
		panic(err)
	}
	defer file.Close()
	feed, err := gofeed.NewParser().Parse(file)
	if err != nil {
		panic(err)
	}
	items := []item{}
	for _, one := range feed.Items {
		files := [][]interface{}{}
		for _, enclosure := range one.Enclosures {
			length, err := strconv.Atoi(enclosure.Length)
			files = append(files, []interface{}{enclosure.URL, enclosure.Type, length})
			if err != nil {
				files[len(files)-1][2] = nil
			}
		}
		items = append(items, item{
			"id": one.GUID, "title": one.Title, "link": one.Link,
			"published": seconds(one.PublishedParsed), "updated": seconds(one.UpdatedParsed),
			"content": one.Content, "categories": one.Categories, "enclosures": files,
			"event": event(one.Extensions),
		})
	}
	return items
}

func main() {
	items := map[string][]item{}
	for _, path := range os.Args[1:] {
		items[path] = read(path)
	}
	if err := json.NewEncoder(os.Stdout).Encode(items); err != nil {
		panic(err)
	}
}
