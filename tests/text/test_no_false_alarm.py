"""Entries as offices of the world write them give no warning."""

from __future__ import annotations

import pytest

from offices import entry, found

ENTRIES = {
    "zh-Hans": ("最低工资标准上调", "国际劳工组织（ILO）6月2日发布报告《全球工资报告》，“同工同酬”。"),
    "zh-Hant": ("職業安全與健康週", "勞工局將於五月四日舉行「職業安全」講座，歡迎參加 ILO 計畫。"),
    "ja": ("最低賃金が上がる", "国際労働機関（ILO）は、アジアの賃金に関する報告書を発表しました。"),
    "ko": ("최저임금이 올랐다", "국제노동기구(ILO)는 아시아의 임금에 관한 보고서를 발표했다."),
    "mn": ("Хөдөлмөрийн хөлс нэмэгдлээ", "ОУХБ-ын судалгаагаар гурван аймагт цалин 10\u00a0000₮-өөр өссөн байна."),
    "mn-Mong": ("ᠮᠣᠩᠭᠣᠯ ᠬᠡᠯᠡ", "ᠬᠥᠳᠡᠯᠮᠦᠷᠢ\u202fᠶᠢᠨ ᠬᠥᠯᠦᠰᠦ ᠨᠡᠮᠡᠭᠳᠡᠪᠡ ᠭᠤᠷᠪᠠᠨ ᠮᠤᠵᠢ\u202fᠳᠤ"),
    "ru": ("Зарплата растёт", "МОТ опубликовала доклад «Заработная плата в мире» — рост на 3\u00a0%."),
    "uk": ("Зарплата зростає", "МОП оприлюднила доповідь «Заробітна плата у світі»; з’явилися нові дані."),
    "sr": ("Плате расту", "МОР је објавила извештај о платама у свету и у Србији."),
    "sr-Latn": ("Plate rastu", "MOR je objavila izveštaj o platama u svetu i u Srbiji."),
    "kk": ("Жалақы өсті", "ХЕҰ әлемдегі жалақы туралы есеп жариялады, үш облыста өсім бар."),
    "ar": ("الأجور ترتفع في ثلاث مقاطعات", "نشرت منظمة العمل الدولية (ILO)\u200f تقريراً عن الأجور في ٢٠١٥."),
    "fa": ("دستمزدها افزایش می\u200cیابد", "سازمان بین\u200cالمللی کار گزارشی درباره\u200cی دستمزدها منتشر کرد."),
    "ur": ("اجرتوں میں اضافہ", "آئی ایل او نے تین صوبوں میں اجرتوں کے بارے میں رپورٹ شائع کی۔"),
    "he": ("השכר עולה", "ארגון העבודה הבין\u05beלאומי (ILO) פרסם דו״ח על השכר בעולם."),
    "hi": ("न्यूनतम मज़दूरी बढ़ी", "अंतर्राष्ट्रीय श्रम संगठन ने मज़दूरी पर रिपोर्ट जारी की; क्\u200dष और र\u200d्य सही हैं।"),
    "bn": ("ন্যূনতম মজুরি বেড়েছে", "আন্তর্জাতিক শ্রম সংস্থা মজুরি নিয়ে একটি প্রতিবেদন প্রকাশ করেছে।"),
    "ta": ("குறைந்தபட்ச ஊதியம் உயர்வு", "சர்வதேச தொழிலாளர் அமைப்பு ஊதியம் குறித்த அறிக்கையை வெளியிட்டது."),
    "th": ("ค่าแรงขั้นต่ำ\u200bเพิ่มขึ้น", "องค์การแรงงานระหว่างประเทศ\u200bเผยแพร่รายงาน\u200bเรื่องค่าจ้าง"),
    "km": ("ប្រាក់ឈ្នួល\u200bអប្បបរមា", "អង្គការ\u200bពលកម្ម\u200bអន្តរជាតិ\u200bបាន\u200bចេញ\u200bរបាយការណ៍"),
    "my": ("လုပ်ခလစာ တိုးမြှင့်", "အပြည်ပြည်ဆိုင်ရာ အလုပ်သမားအဖွဲ့က အစီရင်ခံစာ ထုတ်ပြန်ခဲ့သည်။"),
    "ka": ("ხელფასები იზრდება", "შრომის საერთაშორისო ორგანიზაციამ გამოაქვეყნა ანგარიში."),
    "am": ("ደመወዝ ጨመረ", "የዓለም የሥራ ድርጅት ስለ ደመወዝ የሚገልጽ ሪፖርት አወጣ እንዲሁም አስታወቀ።"),
    "el": ("Οι μισθοί αυξάνονται", "Η ΔΟΕ δημοσίευσε έκθεση για τους μισθούς — αύξηση 3\u00a0%."),
    "fr": ("Les salaires augmentent", "«\u00a0Une hausse de 10\u202f000\u00a0€\u00a0!\u00a0», dit l’OIT\u00a0: c’est l’été à Genève."),
    "de": ("Löhne steigen", "Die IAO meldet: „Ein Plus von 3\u00a0%“ – z.\u202fB. in drei Provinzen."),
    "es": ("¿Suben los salarios?", "La OIT publicó un informe sobre los salarios del año 2015."),
    "pt": ("Os salários sobem", "A OIT publicou um relatório sobre salários e condições de trabalho."),
    "tr": ("Ücretler yükseliyor", "ILO, İstanbul’da ücretler üzerine bir rapor yayımladı."),
    "vi": ("Tiền lương tối thiểu tăng", "Tổ chức Lao động Quốc tế công bố báo cáo về tiền lương."),
    "pl": ("Płace rosną", "MOP opublikowała raport „Płace na świecie” – wzrost o 3\u00a0%."),
    "en": ("Wages rise 👩\u200d🏭 in 最低工资 talks", "The Ministry (人力资源和社会保障部) and Ж. Бат met; see §\u00a04."),
}  # fmt: skip


@pytest.mark.parametrize("language", ENTRIES)
def test_a_language_of_the_world(language: str) -> None:
    title, summary = ENTRIES[language]
    body = f"\n{summary}\n\n{summary}\n\n[ILO](https://example.org/) https://example.org/a\n"
    quoted = [f'"{text}"' for text in (title, summary)]
    given = entry(body, title=quoted[0], summary=quoted[1], language=language)
    assert found(wages=given) == []
