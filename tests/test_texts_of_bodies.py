"""Bodies in whole offices: in feeds, on pages, in calendars, for the guard; in four languages."""

from __future__ import annotations

import re

import pytest

from ilofeed.content import check
from ilofeed.feeds.calendars import event_description
from ilofeed.guard.sketch import make_sketch, shared_part
from ilofeed.verify.verification import verify
from offices import NOW, documents, entry, site, sources

BODY = """
## Rates of 2015

Wages rise in three provinces.[^1] See https://example.org/wages, and [what comes next](#next).

| Province | Rate |
|----------|-----:|
| Hebei    | 1480 |

## Next

The survey is repeated.[^1]

[^1]: Those that took part in the survey.
"""
PAGE = "https://example.org/feeds/entry/rates/"
EVENT = "{start: 2015-06-01}"


def test_links_within_a_body_work_in_feeds_and_on_the_page() -> None:
    made = site(rates=entry(body=BODY, event=EVENT), other=entry(body=BODY))
    published = documents(made)
    feed = published["all/feed.json"].data.decode()
    assert f'href=\\"{PAGE}#rates--next\\"' in feed
    page = published["entry/rates/index.html"].data.decode()
    fragments = re.findall(r'href="#([^"]+)"', page)
    assert {"rates--next", "rates--fn:1", "rates--fnref:1", "rates--fnref:1-2"} <= set(fragments)
    ids = re.findall(r' id="([^"]*)"', page)
    assert set(fragments) <= set(ids)
    assert len(set(ids)) == len(ids)
    assert f'href="{PAGE}#' not in page
    assert '<td class="align-right">1480</td>' in page
    atom = published["all/atom.xml"].data.decode()
    ids = re.findall(r'&lt;h2 id="(.*?)"', atom)
    assert len(set(ids)) == len(ids) == 4
    assert verify(list(published.values()), made.office) == []


def test_a_footnote_has_its_number_in_a_calendar() -> None:
    (first,) = site(rates=entry(body=BODY, event=EVENT)).entries
    text = event_description(first)
    assert "three provinces.[1] See https://example.org/wages, and what comes next." in text
    assert "[1] Those that took part in the survey." in text
    assert "↩" not in text


def test_a_footnote_does_not_make_another_story() -> None:
    plain = re.sub(r"\[\^1\](: .*)?", "", BODY)
    (before,) = site(rates=entry(body=plain)).entries
    (after,) = site(rates=entry(body=BODY)).entries
    sketch = make_sketch(before.html)
    assert sketch is not None
    assert shared_part(sketch, after.html) > 0.9


CHINESE = """
## 最低工资标准

**「最低工资」**标准自6月1日起上调。另见**这份报告。**其他省份如下：

1. 河北：每月1480元；
2. 山西：每月1620元。

2015年，月薪为
1480元——“增长10.5%”，
详见https://example.org/wages。《劳动法》第四十八条（见附件）规定……

> 「我们欢迎这项决定。」工会主席王**说。

| 省份 | 元／月 |
|------|-------:|
| 河北 | 1480   |

一、扩大覆盖面

二、加强监督检查

联系人：李*、张**　电话：010-12345678　邮箱：info@example.org。[^注]

[^注]: 数据来自人力资源和社会保障部。
"""
MONGOLIAN = """
## Хөдөлмөрийн хөлс

Хөдөлмөрийн хөлсний доод хэмжээ 2015 оны 6 дугаар сарын 1-нээс 10.5 хувиар нэмэгдэнэ.

— Энэ бол чухал шийдвэр.
— Тийм ээ, ажилчид дэмжиж байна.

Хурлаар дараах асуудлыг хэлэлцэв:

- нийгмийн даатгал;
- залуучуудын ажил эрхлэлт (15-24 нас);
- «Ногоон ажлын байр» хөтөлбөр.

-10 хэм хүйтэнд ажиллах журам. №1 тушаал. ᠮᠣᠩᠭᠣᠯ ᠪᠢᠴᠢᠭ᠌᠃
"""
ARABIC = """
## الحد الأدنى للأجور

يرتفع الحد الأدنى للأجور بنسبة ١٠٫٥٪ في ثلاث مقاطعات، كما جاء في [التقرير](https://example.org/report).

- الضمان الاجتماعي؛
- عمل الشباب (١٥-٢٤ سنة)؛
- «الوظائف الخضراء».

هل سترتفع الأجور؟ راجع https://example.org/wages، أو اكتب إلى info@example.org.

> قال الوزير: «نرحب بهذا القرار».
"""
FRENCH = """
## Salaires : ce qui change

Le salaire minimum augmente de 10,5 % dans trois provinces ; voir « Les salaires en 2015 ».

– Pourquoi maintenant ?
– Parce que les prix montent, répond-il.

1er juin, n° 3, art. 5 bis. L'entreprise a embauché 2*3 apprentis (cf. [sic]), soit 1,5 %.

- la sécurité sociale ;
- l'emploi des jeunes (15–24 ans).

Écrire à info@example.org. #TravailDécent #OIT
"""


@pytest.mark.parametrize(
    ("language", "title", "body"),
    [
        ("zh-Hans", "**，最低工资上调（2015年）——“关于提高标准的通知”", CHINESE),
        ("mn", "Хөдөлмөрийн хөлс 10 * 5 хувиар нэмэгдэв – №1", MONGOLIAN),
        ("ar", "ارتفاع الأجور: ١٠٪ * ٥", ARABIC),
        ("fr", "Salaires : « l'essentiel » & plus – n° 1 < 2", FRENCH),
    ],
)
def test_nothing_is_said_of_texts_in_other_languages(language: str, title: str, body: str) -> None:
    data = entry(title=f"'{title.replace(chr(39), chr(39) * 2)}'", body=body, language=language)
    made, problems = check(sources(wages=data), NOW)
    assert problems == []
    assert made is not None
    (text,) = made.entries
    if language == "zh-Hans":
        assert "月薪为\n1480元——“增长10.5%”，详见<a" in text.html
        assert "<strong>「最低工资」</strong>" in text.html


@pytest.mark.parametrize(
    "summary",
    [">-\n  最低工资标准\n  上涨。", "最低工资标准\n  上涨。", "|\n  最低工资标准\n  上涨。"],
)
def test_lines_of_a_chinese_summary_are_joined(summary: str) -> None:
    (made,) = site(wages=entry(summary=summary)).entries
    assert made.summary == "最低工资标准上涨。"
