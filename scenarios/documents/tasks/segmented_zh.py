"""The facts of the task `segmented` in Chinese."""

from scenarios.documents.tasks.segmented_plots import Account, Chronicle, Plot, Plots

_STATIC = (
    Plot(
        told=("{name}的档案馆共存有{value}页文书。",),
        asked=(
            "{name}的档案馆共存有多少页文书？",
            "要说{name}档案馆的规模，所存文书一共有几页？",
            "有人想把{name}档案馆的文书全部抄录一遍，总共要抄多少页？",
        ),
        form="number",
    ),
    Plot(
        told=("{name}的地下库房要报出字母{value}才会开门。",),
        asked=(
            "在{name}的地下库房要报出哪些字母才会开门？",
            "进入{name}的地下库房之前，必须先拼读出什么？",
            "请给出开启{name}地下库房所用的字母组合。",
        ),
        form="code",
    ),
    Plot(
        told=("{name}的夜巡队由{value}带领。",),
        asked=(
            "{name}的夜巡队由谁带领？",
            "在{name}，夜巡队的领头人叫什么名字？",
            "若要投诉{name}的夜巡队，应当找哪一位负责人？",
        ),
        form="person",
    ),
    Plot(
        told=("{name}的灯塔登记在册的号码是{value}。",),
        asked=(
            "{name}的灯塔登记在册的号码是多少？",
            "在名册上，{name}那座灯塔编为几号？",
            "凭哪个号码可以在登记簿中查到{name}的灯塔？",
        ),
        form="number",
    ),
)

_UPDATE = (
    Plot(
        told=(
            "{name}的收费桥每年进账{value}枚铜钱。",
            "改用新税则以后，{name}的收费桥每年进账{value}枚铜钱，先前的数目不再有效。",
        ),
        asked=(
            "{name}的收费桥现在每年进账多少枚铜钱？",
            "就目前而言，{name}那座收费桥的年收入是几枚铜钱？",
            "以文中最新的说法为准，{name}的收费桥一年能收多少铜钱？",
        ),
        form="number",
    ),
    Plot(
        told=(
            "{name}的船闸由{value}看管。",
            "{name}的船闸已经换人，如今由{value}看管。",
        ),
        asked=(
            "{name}的船闸如今由谁看管？",
            "目前负责{name}船闸的人叫什么名字？",
            "今天想要通过{name}的船闸，应当去叫谁来开闸？",
        ),
        form="person",
    ),
    Plot(
        told=(
            "{name}的城门凭字母{value}放行。",
            "{name}城门放行所凭的字母已经更换，现为{value}。",
        ),
        asked=(
            "{name}的城门现在凭哪些字母放行？",
            "眼下要过{name}的城门，必须报出什么？",
            "按文中最后的说法，{name}城门仍然有效的字母组合是什么？",
        ),
        form="code",
    ),
    Plot(
        told=(
            "{name}的粮仓存有{value}石粮食。",
            "此前关于{name}粮仓的记载有误，现更正为存粮{value}石。",
        ),
        asked=(
            "按目前所知，{name}的粮仓存有多少石粮食？",
            "关于{name}粮仓的存粮，现行有效的数目是几石？",
            "以文中对此的最后一次说明为准，{name}的粮仓里有多少石粮？",
        ),
        form="number",
    ),
)

_CONTRADICTION = (
    Plot(
        told=(
            "{name}有居民{value}人。",
            "住在{name}的人一共是{value}名。",
        ),
        asked=(
            "{name}有多少居民？如果文中给出了不同的数字，请全部列出。",
            "关于住在{name}的人数，文中是怎么说的？若前后不一，请写出每一个数字。",
            "请写出{name}的人口；说法不止一种时，逐一写出。",
        ),
        form="number",
    ),
    Plot(
        told=(
            "{name}的钟楼是{value}出钱修的。",
            "出钱修建{name}钟楼的人是{value}。",
        ),
        asked=(
            "{name}的钟楼是谁出钱修的？如果文中给出了不同的姓名，请全部列出。",
            "修建{name}钟楼的钱来自何人？若文中前后不一，请写出每一个姓名。",
            "请写出资助{name}钟楼的人；说法不止一种时，逐一写出。",
        ),
        form="person",
    ),
    Plot(
        told=(
            "{name}的官印上刻着字母{value}。",
            "刻在{name}官印上的字母是{value}。",
        ),
        asked=(
            "{name}的官印上刻着哪些字母？如果文中给出了不同的说法，请全部列出。",
            "文中说{name}官印的印文是什么？若前后不一，请写出每一种。",
            "请写出{name}官印上的字母；说法不止一种时，逐一写出。",
        ),
        form="code",
    ),
    Plot(
        told=(
            "{name}的矿山持有第{value}号执照。",
            "第{value}号执照属于{name}的矿山。",
        ),
        asked=(
            "{name}的矿山持有第几号执照？如果文中给出了不同的号码，请全部列出。",
            "{name}的矿山凭哪一号执照开采？若文中前后不一，请写出每一个号码。",
            "请写出{name}矿山的执照号码；说法不止一种时，逐一写出。",
        ),
        form="number",
    ),
)

_ENTITY = (
    Plot(
        told=(
            "{person}担任{name}的守备已有多年。",
            "{name}的守备把地契锁在{value}号匣子里。",
        ),
        asked=(
            "{person}把地契锁在几号匣子里？",
            "由{person}保管的地契放在哪一号匣子中？",
            "要到{person}那里取地契，该开几号匣子？",
        ),
        form="number",
    ),
    Plot(
        told=(
            "{name}测绘官一职由{person}充任。",
            "{name}的测绘官在每张图上都签字母{value}。",
        ),
        asked=(
            "{person}在每张图上都签什么字母？",
            "{person}绘制的图上以什么代替签名？",
            "凭哪些字母可以认出某张图出自{person}之手？",
        ),
        form="code",
    ),
    Plot(
        told=(
            "大家都知道{person}就是{name}的司库。",
            "{name}的司库须向{value}报账。",
        ),
        asked=(
            "{person}须向谁报账？",
            "在钱财事务上，{person}的上级是哪一位？",
            "{person}所管的账目由谁来核查？",
        ),
        form="person",
    ),
    Plot(
        told=(
            "{person}奉派出任{name}的港务长。",
            "{name}的港务长驾的是{value}号快艇。",
        ),
        asked=(
            "{person}驾的是几号快艇？",
            "{person}那艘快艇的编号是多少？",
            "在水上找{person}，要认准哪一号快艇？",
        ),
        form="number",
    ),
)

_TIMELINE = (
    Chronicle(
        events=(
            ("大火", "{date}，一场大火烧毁了{name}的磨坊。"),
            ("洪水", "洪水于{date}冲走了{name}集市上的摊棚。"),
            ("办学", "{name}的学堂在{date}开课。"),
            ("通桥", "{date}，第一辆大车驶过了{name}的新桥。"),
            ("罢工", "{name}织工的罢工始于{date}。"),
            ("铸钟", "{name}的大钟是{date}铸成的。"),
        ),
        asked=(
            "{name}的这几件事是按怎样的先后发生的：{events}？请从最早的写起。",
            "请把{name}发生过的{events}按日期由远到近排列。",
            "若为{name}编一部年表，{events}应依怎样的次序写入？",
        ),
    ),
    Chronicle(
        events=(
            ("通车", "铁路于{date}修到了{name}。"),
            ("首演", "{date}，{name}的戏院演出了第一场戏。"),
            ("风灾", "掀翻{name}半城屋顶的风灾发生在{date}。"),
            ("借书", "{name}的书馆在{date}借出了第一本书。"),
            ("宣判", "{date}，{name}走私案当众宣判。"),
            ("缔约", "{name}的和约是{date}签订的。"),
        ),
        asked=(
            "请按发生的先后排列{name}的这几件事，最早的在前：{events}。",
            "在{name}，何事在前，何事在后？请从最早到最晚列出{events}。",
            "请依文中给出的日期，为{name}的{events}排序，最久远的放在最前。",
        ),
    ),
)

_LEDGER = (
    Account(
        items=("屋顶", "锅炉", "楼梯", "吊车", "货栈", "烟囱"),
        told=(
            "{name}为{item}付了{value}银元。",
            "在{item}一项上，{name}支出{value}银元。",
            "{item}花去了{name}{value}银元。",
        ),
        entry="{name}为{item}付了多少银元？",
        asked=(
            "{name}为{items}一共付了多少银元？",
            "把{name}在{items}上的支出加起来，合计是多少银元？",
            "请算出{name}花在{items}上的总额，以银元计。",
        ),
    ),
    Account(
        items=("木料", "煤炭", "马匹", "工钱", "保险", "缆绳"),
        told=(
            "{name}的账上，{item}记的是{value}银元。",
            "{name}在{item}上用去{value}银元。",
            "{name}拨了{value}银元用于{item}。",
        ),
        entry="{name}在{item}上用去多少银元？",
        asked=(
            "{name}在{items}上一共用去多少银元？",
            "把{name}用于{items}的钱加起来，合计是多少银元？",
            "请算出{name}为{items}支出的总额，以银元计。",
        ),
    ),
)

CHINESE = Plots(
    static=_STATIC,
    update=_UPDATE,
    contradiction=_CONTRADICTION,
    entity=_ENTITY,
    timeline=_TIMELINE,
    ledger=_LEDGER,
    conflicts="文中对下列各地的同一件事都说过两次：{names}。其中哪些地方的两处说法互相矛盾？请全部列出。",
    date="{year}年{month}月{day}日",
    months=tuple(map(str, range(1, 13))),
    listed=("、", "和"),
)
