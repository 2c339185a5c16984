"""One line of every kind, in English and in Chinese, as tasks make them."""

from scenarios.language import Language
from scenarios.line import (
    Conflict,
    Copy,
    Insight,
    Insights,
    Line,
    Names,
    Number,
    Passage,
    Sequence,
    Summary,
    Value,
)

PASSAGES = (
    "The ferry waited below the mill until the fog had gone. Nobody spoke of the price of salt that day.",
    "The ferry waited below the bridge until the rain had gone. Somebody spoke of the price of wool again.",
    "A letter came from the north with three seals on it, and the clerk read it twice before supper.",
)
REFERENCE = (
    "The contract runs for two years. A late delivery costs 1,000 dollars a day. "
    "Disputes go to arbitration in Oslo. Neither side may publish the terms."
)
REFERENCE_ZH = "合同期限为两年。逾期交货每天罚款1000元。争议提交奥斯陆仲裁。双方不得公开合同条款。"
INSIGHTS = (
    Insight(entity="Marrow Weir", attribute="building cost", value="4.37 million crowns", cites=(2, 7)),
    Insight(entity="Marrow Weir", attribute="length", value="412 metres", cites=(3, 5, 9)),
    Insight(entity="Orrin Viaduct", attribute="daily traffic", value="1,860 carts", cites=(1, 4)),
)
INSIGHTS_ZH = (
    Insight(entity="莫罗堰", attribute="造价", value="437万元", cites=(2, 7)),
    Insight(entity="莫罗堰", attribute="长度", value="412米", cites=(3, 5, 9)),
    Insight(entity="奥林桥", attribute="日均车流", value="1860辆", cites=(1, 4)),
)

CASES: dict[str, tuple[Line, Language]] = {
    "needle": (Value(gold="4821937", decoys=("7730155", "1204568"), ruler=("4821937",)), "en"),
    "person": (Value(gold="Ina Ravn", decoys=("Olaf Ravn", "Ina Berg"), stale=("Sten Moe",)), "en"),
    "amount": (Value(gold={"number": 42.5, "within": 0.01}, stale=({"number": 40.0},)), "en"),
    "day": (Value(gold={"date": "2026-05-03"}, decoys=("2026-05-04",)), "en"),
    "any of": (Value(gold={"any_of": ["1,000 dollars a day", "USD 1,000 per day"]}), "en"),
    "choice": (Value(gold="two or three weeks"), "en"),
    "silence": (Value(gold=None, decoys=("7730155",)), "en"),
    "silence without decoys": (Value(gold=None), "zh"),
    "person zh": (Value(gold="林晚舟", decoys=("林晚", "周晚舟"), stale=("沈砚",)), "zh"),
    "amount zh": (Value(gold={"number": 35000}, decoys=("36000",)), "zh"),
    "conflict": (Conflict(golds=({"number": 1280}, {"number": 1340})), "en"),
    "conflict of names": (Conflict(golds=("Ina Ravn", "Sten Moe", "Olaf Berg")), "en"),
    "conflict zh": (Conflict(golds=("白鹭镇", "青石镇")), "zh"),
    "names": (Names(gold=("VAR-KOBE", "VAR-LUTI", "VAR-MASO"), ruler=("VAR-KOBE", "VAR-LUTI")), "en"),
    "one name": (Names(gold=("Velm",)), "en"),
    "no names": (Names(gold=()), "en"),
    "names zh": (Names(gold=("和平路", "青云路", "长堤路")), "zh"),
    "count": (Number(gold=137), "en"),
    "sum within": (Number(gold=20413.75, within=0.5), "zh"),
    "zero": (Number(gold=0), "en"),
    "timeline": (Sequence(gold=("the flood", "the fire", "the fair", "the strike")), "en"),
    "list state": (Sequence(gold=("3", "7", "7", "12"), nearness="edit"), "en"),
    "one item": (Sequence(gold=("the flood",)), "en"),
    "empty list": (Sequence(gold=(), nearness="edit"), "en"),
    "timeline zh": (Sequence(gold=("签约", "动工", "停工", "验收")), "zh"),
    "copy": (Copy(common="apple", unique="apples", count=60, place=23), "en"),
    "copy zh": (Copy(common="苹果", unique="苹果树", count=40, place=0), "zh"),
    "passage": (Passage(prefix="k3Rq9 ", gold=PASSAGES[0], others=PASSAGES[1:]), "en"),
    "lone passage": (Passage(prefix="", gold=PASSAGES[0], others=()), "en"),
    "insights": (Insights(insights=INSIGHTS, reference="Marrow Weir cost 4.37 million crowns."), "en"),
    "insights zh": (Insights(insights=INSIGHTS_ZH, reference="莫罗堰造价437万元。"), "zh"),
    "summary": (
        Summary(
            reference=REFERENCE,
            points=("two years", {"any_of": ["1,000 dollars", "$1,000"]}, "arbitration", "confidential"),
        ),
        "en",
    ),
    "summary zh": (Summary(reference=REFERENCE_ZH, points=("两年", {"number": 1000}, "仲裁")), "zh"),
    "summary by likeness": (Summary(reference=REFERENCE), "en"),
}
