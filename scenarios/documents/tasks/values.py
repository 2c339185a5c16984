"""Keys, numbers and codes that facts are made of: all of one document different, none part of another.

Everything of one kind is equally long or has endings that no other begins with, so that a value found in the
text is that value and not a piece of a longer one.
"""

from collections.abc import Callable, Mapping, Sequence
from itertools import product

import numpy as np

from scenarios.documents.dice import Dice
from scenarios.documents.document import CannotMake
from scenarios.language import Language

_ADJECTIVES: Mapping[Language, str] = {
    "en": (
        "amber brazen candid dappled earnest fabled gilded hollow ivory jagged kindled lacquered mossy "
        "nimble opaque pewter quilted russet scarlet tawny umber varnished wicker yonder ashen burnished "
        "crimson downy emerald frosted glassy humble inky jovial knitted lunar mellow narrow ochre patient "
        "quaint rustic salted tinted upland velvet woven zesty azure blunt copper dusty"
    ),
    "zh": (
        "琥珀 青铜 素白 斑驳 鎏金 空心 象牙 嶙峋 漆黑 苔绿 轻巧 暗红 锡灰 绗缝 赭石 猩红 茶褐 清漆 柳编 苍灰 "
        "锃亮 绛紫 柔软 翠绿 磨砂 透明 墨色 针织 银白 醇厚 狭长 耐心 古朴 粗盐 浅粉 高地 丝绒 手织 天蓝 钝角 "
        "紫铜 落灰"
    ),
}
_NOUNS: Mapping[Language, str] = {
    "en": (
        "anvil barometer candlestick dovecote easel flagstone gondola hourglass inkwell jetty kettledrum "
        "lantern mandolin nutcracker oilcloth pendulum quiver rowboat sundial thimble umbrella violin "
        "weathercock xylophone yardstick zither abacus bellows compass doorknob embroidery fishpond gatepost "
        "hammock icebox jigsaw kiln loom millstone necklace oboe paperweight quill rosebush spindle tapestry "
        "urn veranda windmill almanac birdcage cartwheel drawbridge"
    ),
    "zh": (
        "铁砧 烛台 鸽舍 画架 石板 渡船 沙漏 墨池 栈桥 铜鼓 灯笼 月琴 火钳 油布 钟摆 箭囊 划艇 日晷 顶针 阳伞 "
        "提琴 风标 木琴 标尺 古筝 算盘 风箱 罗盘 门环 刺绣 鱼塘 门柱 吊床 冰柜 拼图 窑炉 织机 磨盘 项链 唢呐 "
        "镇纸 羽笔 竹篱 纺锤 挂毯 陶瓮 回廊 风车 历书 鸟笼 车轮 吊桥"
    ),
}

_CONSONANTS = "bcdfghjklmnprstvwz"
_VOWELS = "aeiou"
_CAPITALS = "BCDFGHJKLMNPQRSTVWXZ"
_SIGNS = (
    "山川江河湖海溪泉潭池岭峰崖谷坡岗洲岛湾港松柏柳杨桐槐桃李杏梅兰竹菊荷莲桂枫樟榆桑麦稻粟豆瓜茶麻棉菜葱姜"
    "风云雨雪霜露雷电虹霞日月星辰晨暮春夏秋冬金银铜铁锡玉石珠贝沙土泥砖瓦墙门窗梁柱楼台亭阁塔桥路街巷村镇城乡"
    "马牛羊鹿虎豹狐兔鹤雁燕雀鹰鸽鸥鹭鱼虾蟹龟蚕蜂蝶蝉舟船帆桨车轮辕轿鞍弓箭刀剑戈矛盾旗鼓钟铃笛箫琴瑟琵筝号"
    "书画笔墨纸砚印册卷章词诗歌赋文史经典论语灯烛炉灶锅碗盘杯壶坛瓶罐筐篮箱柜桌椅床帐席枕被衣裙袍帽鞋袜带扣针线"
    "红橙黄绿青蓝紫黑白灰褐朱丹翠碧苍素东西南北上下左右前后内外高低长短宽窄深浅轻重明暗新旧甜酸苦辣咸香淡浓清"
    "行走跑跳飞游登攀渡越听看说读写思念问答教学耕种收割织染缝补磨砍挖填搬运买卖借还开关升降起落推拉提放转停安宁"
    "福禄寿喜康健平和顺达昌盛荣华富贵仁义礼智信忠勇诚朴勤俭恒毅坚强柔刚温良恭谦让敬慈善美真妙巧灵秀雅"
)


def numbers(dice: Dice, count: int, digits: int = 7) -> list[str]:
    """Different numbers of so many digits, without a leading zero."""
    low = 10 ** (digits - 1)
    return _different(count, lambda more: [str(low + word % (9 * low)) for word in dice.words(more).tolist()])


def uuids(dice: Dice, count: int) -> list[str]:
    """Different random UUIDs (version 4)."""

    def some(more: int) -> list[str]:
        pairs = dice.words(2 * more).tolist()
        return [_uuid(high, low) for high, low in zip(pairs[::2], pairs[1::2], strict=True)]

    return _different(count, some)


def hashes(dice: Dice, count: int, length: int = 10) -> list[str]:
    """Different strings of hexadecimal digits, at most 16 long."""
    return _different(count, lambda more: [f"{word:016x}"[:length] for word in dice.words(more).tolist()])


def codes(dice: Dice, count: int, length: int = 5) -> list[str]:
    """Different strings of capitals without a vowel, which are no words."""
    return _different(count, lambda more: _spelt(dice, more, [_CAPITALS] * length))


def words(dice: Dice, language: Language, count: int) -> list[str]:
    """Different coined words: six letters, or two Chinese characters.

    More of them begin with the same ones. Raises `CannotMake` when there are too few.
    """
    if language == "zh":
        places = dice.order(len(_SIGNS) ** 2)[:count].tolist()
        if len(places) < count:
            raise CannotMake(
                f"{count:,} different words are needed, and {len(places):,} can be coined in Chinese; "
                "ask for a shorter document, or let words occur more often"
            )
        return [_SIGNS[place // len(_SIGNS)] + _SIGNS[place % len(_SIGNS)] for place in places]
    return _different(count, lambda more: _spelt(dice, more, [_CONSONANTS, _VOWELS] * 3))


def keys(dice: Dice, language: Language, count: int) -> list[str]:
    """Different things to ask about, such as `amber-lantern`."""
    between = "-" if language == "en" else ""
    pairs = product(_ADJECTIVES[language].split(), _NOUNS[language].split())
    return dice.sample([between.join(pair) for pair in pairs], count)


def _spelt(dice: Dice, count: int, alphabets: Sequence[str]) -> list[str]:
    """Words whose letters are drawn from one alphabet after another."""
    drawn = dice.words(count)
    letters = []
    for alphabet in alphabets:
        letters.append(np.array(list(alphabet))[(drawn % np.uint64(len(alphabet))).astype(np.int64)])
        drawn = drawn // np.uint64(len(alphabet))
    return ["".join(word) for word in zip(*(column.tolist() for column in letters), strict=True)]


def _different(count: int, draw: Callable[[int], list[str]]) -> list[str]:
    """The first `count` different texts; every kind here has millions of them."""
    found: dict[str, None] = {}
    while len(found) < count:
        found.update(dict.fromkeys(draw(count - len(found))))
    return list(found)


def _uuid(high: int, low: int) -> str:
    digits = f"{high:016x}{low:016x}"
    variant = "89ab"[int(digits[16], 16) % 4]
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-{variant}{digits[17:20]}-{digits[20:]}"
