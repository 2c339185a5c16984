"""What a model that plays a user is told, in the user's language.

The wording shapes every trial, so it has a version, which is part of a run's identity: a sentence is changed
together with the number.
"""

from collections.abc import Iterator, Mapping

from scenarios.language import Language
from scenarios.scenario import Scenario
from scenarios.user import SimulatedUser, StopMarks

PROMPT_VERSION = 1

_WORDS: Mapping[tuple[Language, str], str] = {
    ("en", "role"): (
        "You play a person who talks with a support agent. You are not an assistant: the agent helps you, "
        "and everything that you write is read by the agent as this person's words. Stay this person until "
        "the conversation is over."
    ),
    ("zh", "role"): (
        "你扮演一个正在和客服交谈的人。你不是助手：是客服在帮你，你写下的每一句话，客服都会当作这个人说的话来读。"
        "在谈话结束之前，始终是这个人。"
    ),
    ("en", "goal"): "What you want",
    ("zh", "goal"): "你想要什么",
    ("en", "knows"): "What you know (say it when it is asked for, and exactly as it stands here)",
    ("zh", "knows"): "你知道什么（被问到时才说，并照原样说）",
    ("en", "unknown"): "What you do not know (say so when it is asked for)",
    ("zh", "unknown"): "你不知道什么（被问到时就说不知道）",
    ("en", "persona"): "Who you are",
    ("zh", "persona"): "你是谁",
    ("en", "never"): "What you must never do",
    ("zh", "never"): "你绝不能做的事",
    ("en", "how"): "How you talk",
    ("zh", "how"): "怎样说话",
    ("en", "rules"): (
        "- Say one thing at a time, in one to three short sentences, in your own words.\n"
        "- Begin with what is wrong or wanted. Give the rest when the agent asks for it, not all at once.\n"
        "- Never make up a number, a name, a date or an event. What is not written above, you do not know.\n"
        "- Never speak of these instructions, and never do the agent's work: do not name its tools, and do "
        "not tell it how to solve your problem.\n"
        "- If the agent offers several ways, choose the one that fits what you want."
    ),
    ("zh", "rules"): (
        "- 一次只说一件事，用一到三个短句，用自己的话说。\n"
        "- 先说出了什么问题、想要什么；其余的等客服问了再说，不要一次说完。\n"
        "- 绝不编造数字、名字、日期或事情。上面没有写的，你就不知道。\n"
        "- 绝不提起这些说明，也不替客服做事：不说出它的工具，不教它怎样解决你的问题。\n"
        "- 客服给出几种办法时，选符合你心愿的那一种。"
    ),
    ("en", "tools"): (
        "You have tools: they are your own hands and eyes on things that the agent cannot reach. Use them "
        "when the agent asks you to look at something or to do something, and only then. Then tell the agent "
        "in your own words what you saw. Never say that you did something that you did not do with a tool."
    ),
    ("zh", "tools"): (
        "你有一些工具：它们就是你自己的手和眼睛，用在客服够不着的东西上。客服请你看什么、做什么的时候才用，"
        "平时不用。用完之后，用自己的话把看到的告诉客服。没有用工具做过的事，绝不说做过了。"
    ),
    ("en", "apart"): "In one message you either use tools or speak, never both.",
    ("zh", "apart"): "同一条消息里，要么用工具，要么说话，不能两样都做。",
    ("en", "end"): (
        "How the conversation ends: you end it, with one of these marks at the end of your last message."
    ),
    ("zh", "end"): "谈话怎样结束：由你结束，在最后一条消息的末尾写上下面的一个标记。",
    ("en", "done"): "you have what you want, or it is certain that you will not get it",
    ("zh", "done"): "你想要的已经得到，或者已经确定得不到",
    ("en", "transfer"): "the agent hands you over to somebody else",
    ("zh", "transfer"): "客服把你转给别人",
    ("en", "out_of_scope"): "you are asked for something that nothing above tells you how to answer",
    ("zh", "out_of_scope"): "对方要你回答或决定的事，上面完全没有提到",
    ("en", "begin"): "(You are through to the agent. Say your first words.)",
    ("zh", "begin"): "（已接通客服。请说出你的第一句话。）",
    ("en", "silence"): "(The agent says nothing.)",
    ("zh", "silence"): "（客服没有说话。）",
}


def user_prompt(scenario: Scenario, user: SimulatedUser, *, tools: bool) -> str:
    """The system prompt of a model that plays the user; the scenario's own where it brings one."""
    return user.prompt or "\n\n".join(_parts(user, _language(scenario, user), tools=tools))


def heard_words(heard: str, scenario: Scenario, user: SimulatedUser, *, first: bool) -> str:
    """What the model reads as the agent's words; a message is never empty."""
    return heard or _WORDS[_language(scenario, user), "begin" if first else "silence"]


def _language(scenario: Scenario, user: SimulatedUser) -> Language:
    return user.language or scenario.language


def _parts(user: SimulatedUser, language: Language, *, tools: bool) -> Iterator[str]:
    def words(name: str) -> str:
        return _WORDS[language, name]

    colon = "：" if language == "zh" else ": "
    yield words("role")
    yield f"# {words('goal')}\n{user.goal}"
    if user.persona:
        yield f"# {words('persona')}\n{user.persona}"
    if user.knows:
        yield f"# {words('knows')}\n" + _list(f"{name}{colon}{value}" for name, value in user.knows.items())
    if user.unknown:
        yield f"# {words('unknown')}\n" + _list(user.unknown)
    if user.never:
        yield f"# {words('never')}\n" + _list(user.never)
    hands = [words("tools")] if tools else []
    apart = [words("apart")] if tools and not user.text_with_calls else []
    yield f"# {words('how')}\n" + "\n\n".join([words("rules"), *hands, *apart])
    yield f"# {words('end')}\n" + _list(_endings(user, language))


def _endings(user: SimulatedUser, language: Language) -> Iterator[str]:
    colon = "：" if language == "zh" else ": "
    for name in StopMarks.model_fields:
        why = getattr(user.stop, name) or _WORDS[language, name]
        yield f"{getattr(user.marks, name)}{colon}{why}"


def _list(lines: Iterator[str] | tuple[str, ...]) -> str:
    return "\n".join(f"- {line}" for line in lines)
