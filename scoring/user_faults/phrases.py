"""Turns of phrase that the rules look for, in English and Chinese.

They were written from what simulated users get wrong, and improved on one half of the corpus only
(`scripts/fault_corpus`); the other half measures them.
"""

import re
from collections.abc import Mapping


def _any(*parts: str) -> re.Pattern[str]:
    return re.compile("|".join(parts), re.IGNORECASE)


DENIES = _any(
    r"\b(?:don't|do not|dont|didn't|can't|cannot|couldn't) (?:really |quite )?"
    r"(?:know|remember|recall|tell)\b(?! (?:why|how|if|whether|when|where|that)\b)",
    r"\bno (?:idea|clue)\b|\bnot sure (?:what|which)\b|\bnever heard of\b",
    r"\b(?:have |I )(?:forgot|forgotten|lost)\b",
    r"不知道|不清楚|不记得|记不得|记不住|想不起|没听说|没印象|忘了|忘记|不晓得",
)
"""Saying that one does not know."""
HAS_NOT = _any(
    r"\b(?:don't|do not|dont|didn't|haven't|can't|cannot|couldn't) (?:have|got|find|see)\b",
    r"\b(?:have|there is) no\b",
    r"\bnever (?:had|got|seen|been given)\b",
    r"没有(?=.{0,6}(?:号|编号|密码|账)|啊|呀|[。！，])",
)
"""Saying that one does not have something; what, has to stand beside it."""

ANOTHER = _any(
    r"\b(?:another|other|new|second|newer|different|any more|anybody else's|his|her|their)\b",
    r"别的|其他|另外|新的|他的|她的|人家",
)
"""Words by which what one does not have is not what one was told of."""
MINE = _any(r"\byour\b|\bmy\b|\bmine\b", r"您|你|我")

DEEDS: Mapping[tuple[str, ...], re.Pattern[str]] = {
    ("restart", "reboot"): _any(
        r"restarted|rebooted|power-?cycled|(?:switched|turned) (?:it|the \w+) off and (?:back )?on",
        r"重启|重新启动",
    ),
    ("plug", "push"): _any(
        r"plugged|pushed|reconnected|pressed (?:it|the \w+) in", r"插好|插上|插紧|按紧|推紧"
    ),
    ("set", "change"): _any(
        r"(?:set|changed|moved|switched) (?:(?:it|the \w+|the \w+ \w+) )?(?:to|over to)",
        r"改到|改成|改为|调到|设成|换到",
    ),
    ("test", "measure"): _any(
        r"(?:ran|did|made|run|repeated) (?:the|a|another) (?:speed ?)?test|measured", r"测了|测速了|测过"
    ),
}
"""What somebody says to have done, by what a tool that does it may be called."""

FIRST_PERSON = _any(
    r"\b(?:I|I've|we)\b(?! (?:will|can|could|would|should|shall|have to|need|want|might|cannot|can't|did not"
    r"|didn't|haven't|have not)\b)",
    r"我(?!来|去|要|会|可以|想|没|不|马上|这就)",
)
NOT_DONE = _any(
    r"\b(?:not|never|haven't|didn't|should I|shall I|could|would|if|before|until|when|once|after I)\b",
    r"没|不|要不要|如果|之前|吗",
)

SPEAKS_OF_ITS_PART = _any(
    r"\b(?:system prompt|the prompt\b|my (?:instructions|prompt|persona|script|role|character|brief)\b)",
    r"\b(?:role-?play|simulat)\w*|\b(?:pretending|acting as|playing) (?:to be )?(?:a|an|the)\b",
    r"\b(?:was|am|I'm|been) (?:told|instructed|asked|supposed|meant) to "
    r"(?:be|play|act|pretend|say|sound|simulate)",
    r"\b(?:was|am|I'm|been) (?:told|instructed|supposed|meant) not to (?:say|mention|tell|reveal|touch|do)",
    r"\b(?:as|I am|I'm) (?:just )?an? (?:AI|language model|assistant)\b",
    r"\b(?:according to|by) (?:my|the) (?:instructions|scenario|brief|script)\b"
    r"(?!,? (?:on|of|in|from|for|that came|you|at)\b)",
    r"\bthe (?:scenario|script) (?:says|does)",
    r"系统提示|提示词|我的(?:设定|指令|剧本|人设|角色)|(?:按照|根据)(?:设定|指令|剧本|说明(?!书|手册|上|里))|扮演",
    r"剧本(?:里|上)|(?:说明|设定|任务书?)(?:里|中|上)?(?:让|没|要求|说)|(?:要求|让|叫)我(?:装作|假装|扮)",
    r"(?:作为|我是)(?:一个)?(?:AI|人工智能|语言模型|助手)",
)
"""Talk of prompts, parts and programs."""
AGENTS_WORDS = _any(
    r"\bhow (?:can|may) I (?:help|assist) you\b|\bis there anything else I can (?:do|help)\b",
    r"\b(?:thank you|thanks) for (?:calling|contacting|reaching out to)\b",
    r"\bI can (?:help|assist) you with\b",
    r"\b(?:I(?:'ll| will| can)|let me) (?:look up|check|reset|pull up|find) your\b",
    r"\bI (?:have|'ve) (?:checked|reset|found) your\b|\bwhat is your (?:customer|account|telephone|phone)\b",
    r"请问(?:您)?(?:有什么|还有什么)(?:可以|能)帮|感谢您(?:的)?来电|(?:为|帮|给)您(?:查|重置|办理|处理|服务|看)",
)
"""Sentences that only an agent says."""
TOOL_NAME = _any(r"\b[A-Za-z0-9-]+__[a-z_]+\b", r"\b[a-z]+_[a-z_]+\(", r"</?tool_call>")
MARK = _any(r"\[\[ ?[a-z][a-z _-]{1,20}\]\]", r"#{3} ?[a-z][a-z _-]{1,20} ?#{3}")
"""A mark that is none of those that it was told: nobody but a program writes so."""

CLOSING = _any(
    r"anything else|something else|further (?:help|questions)|other questions",
    r"can I (?:help|do)|help you with",
    r"happy with|all right\?|glad|good day|any other",
    r"还有(?:什么|其他|别的)|其他(?:问题|需要)|别的(?:问题|需要)|祝您|满意",
)
"""Questions that an agent asks when all is done."""
ORDERS = _any(
    r"\b(?:please|could you|can you|would you|(?<!you )now|then|next|try|go ahead)\b(?!,? (?:you|it|we) )"
    r"(?:(?!\bI\b|\b(?:not|never|no)\b|n't\b).){0,40}\b(?:restart|reboot|plug"
    r"|push|press|set|change|switch|turn|check|look|read|tell|give|open|close|run|test|unplug|pull|measure|send"
    r"|confirm|type|enter|do|have)\b",
    r"请(?:(?!不要|勿|别|随时).){0,14}(?:重启|重新|插|按|改|设|调|换|看|查|读|告诉|提供|报|打开|关|测|拔|确认|输入|说)",
    r"麻烦.{0,14}(?:重启|插|按|改|看|告诉|提供|报|说|测|确认|关)",
)
LATER = _any(
    r"^(?:\W*(?:and|but|so|otherwise)\W+)?(?:if|when|once|should|in case|next time|as soon as)\b",
    r"\b(?:do not|don't|never|please avoid|make sure not|no need)\b",
    r"\b(?:tomorrow|later|on (?:mon|tues|wednes|thurs|fri|satur|sun)day|when(?:ever)? you|as soon as)\b",
    r"\b(?:feel free|in future)\b|\b(?:tell|ask|remind) (?:him|her|them|your \w+)\b",
    r"\bhave (?:him|her|them|your \w+ ready)\b",
    r"如果|若|以后|下次|到时|随时|不要|请勿|别再|不用|无需|明天|届时|的时候",
)
"""What an agent says of later times, of conditions, and of what not to do: nothing to be done at once."""
YES_OR_NO = _any(
    r"(?:^|[,;:] ?|\band |\bso )(?:do|does|did|is|are|was|can|could|will|would|shall|should|have|has|may)\b"
    r"[^?]*\?",
    r"\b(?:right|okay|ok|correct|all right)\?",
    r"[吗嘛][?？]|[吧][?？]|是不是|可以[?？]|好不好|行不行|对不对|要不要|是否",
)
DECIDES = _any(
    r"\b(?:yes|yeah|yep|no|nope|sure|please do|it (?:is|does|has)|I (?:do|have|can|will|am)|leave it|go ahead"
    r"|of course|exactly|right)\b",
    r"^(?:对|是|嗯|不|行|好|可以|没问题|有|没有)|是的|对的|可以了|不用",
)
"""An answer to a question that takes no more."""
AT_WORK = _any(
    r"\b(?:one moment|bear with me|hold on)\b",
    r"(?<!takes )(?<!take )(?<!in )(?<!within )\ba (?:moment|second|minute)\b",
    r"\b(?:let me|I(?:'ll| will|'m going to| am)) (?:just |quickly )?"
    r"(?:check|look|see|measure|now|looking|checking)",
    r"稍等|请稍候|别挂|我(?:来|先|马上|这就)?(?:帮您)?(?:查|看|测)(?:一|看|下)|正在(?:查|为您|测)",
)
HANDS_OVER = _any(
    r"transfer|hand(?:ing|ed)? (?:you )?(?:over|on)|colleague|specialist|supervisor|second[- ]level",
    r"put you through|connect you|escalat|another (?:team|department)",
    r"转接|转给|转到|同事|专员|人工|二线|上级|主管|技术部",
)
OUTCOME = _any(
    r"cannot|can't|unable|unfortunately|not possible|sorry|solved|resolved|fixed|works|working|done|booked",
    r"无法|不能|抱歉|对不起|解决|恢复|正常|好了|办好|约好",
)
"""What an agent says that has come to an end."""
FAREWELL = _any(
    r"thank(?:s| you)|good ?bye|\bbye\b|\bok(?:ay)?\b|great|perfect|wonderful",
    r"all right|alright|\bgood\b|\bfine\b",
    r"that(?:'s| is| was) (?:all|it)|very much|a lot|for your help",
    r"have a (?:nice|good|lovely) (?:day|evening)",
    r"谢谢|感谢|多谢|再见|拜拜|好的?|没事了|就这样吧?|辛苦了?|知道了|好嘞|行",
)
