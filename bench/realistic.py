"""A realistic office of any size: what a cold build and each kind of change cost an office like it.

12 categories, 9 countries and their pairs; three languages, two of them with translations; of ten
entries two are events with hours and three have attachments, a table, links and Chinese text.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

CATEGORIES = [f"topic-{number}" for number in range(12)]
COUNTRIES = "CN MN KZ VN TH KH LA ID world".split()
SITE = """\
site:
  url: https://example.org/feeds/
  authority: example.org,2015:bench
  title: {en: Bench Office, zh-Hans: 测试办公室, mn: Туршилтын алба}
  description: {en: News and events, zh-Hans: 新闻和活动, mn: Мэдээ ба арга хэмжээ}
  language: en
  languages: [en, zh-Hans, mn]
  timezone: Asia/Ulaanbaatar
  publish_time: "09:00"
  author: {name: Bench Office, url: "https://example.org/", email: news@example.org}
"""
PARAGRAPHS = {
    "en": """\
Representatives of workers, of employers and of **{number} institutes** met for two days.
They agreed on a plan that names who does what until when, and asked for a report every year.

The survey behind the plan covers wages, hours, safety and social security in *{number} companies*.
Small ones were visited twice, because what they write down and what they pay are seldom the same.
Where a figure could not be confirmed the report says so, and leaves it out of the averages.

> What is not counted is not seen, and what is not seen is not paid for.

What changes for the people concerned, in the order in which it does:

1. a contract in writing, in a language that they read,
2. a complaint that is answered within 30 days,
3. a [contact point](https://example.org/contact/{number}) in each district.
""",
    "zh-Hans": """\
来自工人组织、雇主组织和 **{number} 个研究机构**的代表举行了为期两天的会议，就一项行动计划达成一致：
计划写明由谁在何时完成哪项工作，并请办公室每年报告进展。

计划所依据的调查涵盖 {number} 家企业的工资、工时、安全和社会保障。小企业走访了两次，
因为账面数字与实际支付的往往不同。无法核实的数字在报告中注明，不计入平均值。

> 没有统计就看不见，看不见就得不到保障。

对有关人员来说，变化依次如下：

1. 以本人能读懂的语言签订书面合同，
2. 投诉在三十天内得到答复，
3. 每个区设立一个[联络点](https://example.org/contact/{number})。
""",
    "mn": """\
Ажилтан, ажил олгогч болон **{number} хүрээлэнгийн** төлөөлөгчид хоёр өдөр хуралдаж, хэн юуг хэзээ
хийхийг заасан төлөвлөгөөг баталж, биелэлтийг жил бүр тайлагнахыг албанаас хүсэв.

Төлөвлөгөөний үндэс болсон судалгаа *{number} аж ахуйн нэгжийн* цалин, ажлын цаг, аюулгүй ажиллагаа,
нийгмийн даатгалыг хамарсан. Баталгаажаагүй тоог тайланд тэмдэглэж, дундаж тооцоонд оруулаагүй.

> Тоологдоогүй зүйл харагддаггүй.

Хүмүүст гарах өөрчлөлт:

1. ойлгох хэлээр нь бичгээр хийсэн гэрээ,
2. гомдолд 30 хоногийн дотор өгөх хариу,
3. дүүрэг бүрт [холбоо барих цэг](https://example.org/contact/{number}).
""",
}
RICH_BODY = """
## Figures 数字 {number}

| province 省 | enterprises 企业 | wage 工资 | source |
|---|---:|---:|---|
| Zhejiang 浙江 | {number} | 4,120 | [statistics](https://example.org/zhejiang?a=1&b={number}) |
| Sichuan 四川 | 318 | 3,470 | [统计](https://example.org/sichuan/{number}) |
| Töv | 57 | 2,910 | [yearbook](https://example.org/tov/{number}) |

The original says: 最低工资标准每两年至少调整一次。See also [the news before this](\
https://example.org/feeds/entry/entry-{previous}/) and <https://example.org/report/{number}>.
"""
TITLES = {
    "en": "Plan {number} for decent work agreed",
    "zh-Hans": "第 {number} 号体面劳动计划获得通过",
    "mn": "Зохистой хөдөлмөрийн {number} дугаар төлөвлөгөөг батлав",
}
SUMMARIES = {
    "en": "Workers, employers and the government agree on plan {number}, with a survey behind it.",
    "zh-Hans": "工人、雇主和政府就第 {number} 号计划达成一致，计划以一项调查为依据。",
    "mn": "Ажилтан, ажил олгогч, засгийн газар {number} дугаар төлөвлөгөөг тохиролцов.",
}


def write_office(folder: Path, entries: int) -> None:
    """Write feeds.yaml and the entries."""
    folder.mkdir(parents=True)
    lines = [SITE, "categories:"]
    for number, slug in enumerate(CATEGORIES):
        labels = f"en: Topic {number}, zh-Hans: 主题 {number}, mn: Сэдэв {number}"
        lines.append(f"  {slug}: {{label: {{{labels}}}}}")
    lines.append("countries:")
    lines += [f"  {code}: {{label: {{en: Land {code}, mn: Улс {code}}}}}" for code in COUNTRIES]
    lines += ["feeds:", "  - all", "  - per: category", "  - per: country", "  - per: language"]
    lines += ["  - per: [country, category]", ""]
    (folder / "feeds.yaml").write_text("\n".join(lines), "utf-8")
    first = dt.date(2000, 1, 1)
    for number in range(entries):
        _write_entry(folder, number, first + dt.timedelta(days=number * 5400 // entries))


def _write_entry(folder: Path, number: int, date: dt.date) -> None:
    path = folder / "entries" / f"{number % 15}" / f"entry-{number}.md"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(_entry(number, date), "utf-8")


def _entry(number: int, date: dt.date) -> str:
    language = {3: "zh-Hans", 4: "mn"}.get(number % 5, "en")
    is_rich = number % 10 in {0, 3, 6}
    categories, countries = [CATEGORIES[number % 12]], [COUNTRIES[number // 12 % 9]]
    if number % 4 == 0:
        categories.append(CATEGORIES[(number + 5) % 12])
        countries.append(COUNTRIES[(number // 12 + 4) % 9])
    keys = [
        f"title: {TITLES[language].format(number=number)}",
        f"date: {date}",
        f"summary: {SUMMARIES[language].format(number=number)}",
        f"categories: [{', '.join(categories)}]",
        f"countries: [{', '.join(countries)}]",
        f"language: {language}",
    ]
    if number % 5 == 1:
        day, hour = f"{date.year}-06-{number % 28 + 1:02}", number % 8 + 9
        keys += [
            "event:",
            f"  start: {day}T{hour:02}:00",
            f"  end: {day}T{hour + 2:02}:30",
            f"  place: Hall {number % 7}, Ulaanbaatar",
        ]
    if number % 5 in {3, 4}:
        keys += [f"translation_of: entry-{number - number % 5 + 2}"]
    if is_rich:
        keys += [
            "authors: [Bat Saran, {name: Li Wei, email: li@example.org}]",
            "attachments:",
            f"  - {{url: https://example.org/{number}.pdf, length: {number + 1}000, title: 报告}}",
            f"  - {{url: https://example.org/{number}.csv, type: text/csv, title: Data}}",
        ]
    body = PARAGRAPHS[language] + (RICH_BODY if is_rich else "")
    body = body.format(number=number, previous=max(number - 1, 0))
    return "\n".join(["---", *keys, "---", "", body])


# --- the changes that are measured ---


def edit_entry(folder: Path, step: int) -> None:
    """Give one entry another summary."""
    path = folder / "entries" / "0" / "entry-0.md"
    lines = path.read_text("utf-8").splitlines()
    lines[3] = f"summary: Edit {step}."
    path.write_text("\n".join(lines) + "\n", "utf-8")


def add_entry(folder: Path, step: int) -> None:
    """Publish one more entry, the newest of all."""
    number = 1_000_002 + 60 * step  # not a number of the others, and that of a plain entry
    _write_entry(folder, number, dt.date(2015, 1, 1) + dt.timedelta(days=step))


def change_label(folder: Path, step: int) -> None:
    """Give one category another label in feeds.yaml."""
    path = folder / "feeds.yaml"
    lines = path.read_text("utf-8").splitlines()
    index = next(i for i, line in enumerate(lines) if line.startswith("  topic-3:"))
    lines[index] = f"  topic-3: {{label: {{en: Topic 3 in round {step}, mn: Сэдэв 3}}}}"
    path.write_text("\n".join(lines) + "\n", "utf-8")
