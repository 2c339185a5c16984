"""Faults planted in conversations that go well, and conversations that go well although they look odd."""

from collections.abc import Callable, Mapping

from scoring.user_faults.fault import FaultOfUser
from scripts.fault_corpus.talks import Line, Talk, Wordings

Plant = Callable[[Talk, Wordings], Talk | None]
"""None where a conversation has no place for it."""


def said(text: str) -> Line:
    return Line(who="u", text=text)


def asked(text: str) -> Line:
    return Line(who="a", text=text)


def wrong_value(talk: Talk, words: Wordings) -> Talk | None:
    """What it knows, with another value."""
    place, knows = talk.at("tell"), _known(talk)
    value = next((one for one in words.faults["wrong_values"] if one in knows), None)
    if place < 0 or value is None:
        return None
    wrong = words.fault("wrong_values", value)
    line = talk.lines[place].text
    told = line.replace(value, wrong)
    return talk.with_line(place, told if told != line else f"{wrong}.")


def denies(talk: Talk, words: Wordings) -> Talk | None:
    """It is asked for what it knows, and knows nothing."""
    place = talk.at("tell")
    label = next((one for one in words.faults["denies"] if one in _known(talk)), None)
    return None if place < 0 or label is None else talk.with_line(place, words.fault("denies", label))


def misreports(talk: Talk, words: Wordings) -> Talk | None:
    """It saw one thing and tells another."""
    place, name = talk.at("report"), talk.exam.scenario.id
    if place < 0 or name not in words.faults["misreports"]:
        return None
    return talk.with_line(place, words.fault("misreports", name))


def brief(talk: Talk, words: Wordings) -> Talk | None:
    """It reads out what it was told of itself."""
    user = talk.exam.scenario.user
    if user is None:
        return None
    parts = {
        "persona": user.persona,
        "goal": user.goal,
        "never": user.never[0] if user.never else user.persona,
    }
    return _aside(talk, words, said(words.fault("brief").format(**parts)))


def out_of_part(talk: Talk, words: Wordings) -> Talk | None:
    return _aside(talk, words, said(words.fault("out_of_part")))


def agents_words(talk: Talk, words: Wordings) -> Talk | None:
    return _aside(talk, words, said(words.fault("agents_words")))


def tool_names(talk: Talk, words: Wordings) -> Talk | None:
    return _aside(talk, words, said(words.fault("tool_names")))


def invents(talk: Talk, words: Wordings) -> Talk | None:
    """A fact that nobody told it, behind what it says anyway."""
    places = [place for place, line in enumerate(talk.lines) if line.who == "u"][:-1]
    place = words.dice.choice(places)
    return talk.with_line(place, f"{talk.lines[place].text} {words.fault('inventions')}")


def unsaid_deed(talk: Talk, words: Wordings) -> Talk | None:
    """It says that it did what it was asked to do, and did nothing."""
    place, name = talk.at("order"), talk.exam.scenario.id
    if place < 0 or name not in words.faults["unsaid_deeds"]:
        return None
    told = said(words.fault("unsaid_deeds", name))
    close = talk.lines[talk.at("close")]
    return talk.cut(place + 1, told, asked(close.text), said(words.fault("early")))


def early(talk: Talk, words: Wordings) -> Talk | None:
    """It leaves when something is wanted of it."""
    places = [place for name in ("ask", "order", "order2", "ask2") if (place := talk.at(name)) >= 0]
    return talk.cut(words.dice.choice(places) + 1, said(words.fault("early")))


def at_work(talk: Talk, words: Wordings) -> Talk | None:
    """It leaves while the agent is at work."""
    place = talk.at("tell") + 1
    return talk.cut(place, asked(words.fault("at_work")), said(words.fault("early")))


def not_handed_over(talk: Talk, words: Wordings) -> Talk | None:
    place = talk.at("order") if talk.at("order") >= 0 else talk.at("ask")
    return talk.cut(place + 1, said(words.fault("left_as_transferred")), mark="transfer")


def not_foreign(talk: Talk, words: Wordings) -> Talk | None:
    """It is asked for what it knows, and leaves as if that were nothing of its business."""
    return talk.cut(talk.at("ask") + 1, said(words.fault("left_as_foreign")), mark="out_of_scope")


def loop(talk: Talk, words: Wordings) -> Talk | None:
    """The same words again and again, whatever the agent tries."""
    same = words.fault("loops")
    asks = list(words.faults["agent_asks_on"])
    words.dice.shuffle(asks)
    times = words.dice.choice([3, 4])
    lines = [one for n in range(times) for one in (asked(asks[n]), said(same))]
    return talk.cut(talk.at("tell") + 1, *lines, mark="")


def worded_loop(talk: Talk, words: Wordings) -> Talk | None:
    """The same with small changes."""
    same, changes = words.fault("loops"), list(words.faults["loop_changes"])
    asks = list(words.faults["agent_asks_on"])
    words.dice.shuffle(asks)
    lines = [one for n in range(4) for one in (asked(asks[n]), said(changes[n].format(same)))]
    return talk.cut(talk.at("tell") + 1, *lines, mark="")


def to_and_fro(talk: Talk, words: Wordings) -> Talk | None:
    """Two lines in turn."""
    one, other = words.dice.sample(list(words.faults["loops"]), 2)
    asks = list(words.faults["agent_asks_on"])
    words.dice.shuffle(asks)
    lines = [line for n in range(6) for line in (asked(asks[n]), said(one if n % 2 else other))]
    return talk.cut(talk.at("tell") + 1, *lines, mark="")


FAULTS: Mapping[FaultOfUser, tuple[Plant, ...]] = {
    "contradiction": (wrong_value, denies, misreports),
    "leak": (brief, out_of_part, agents_words, tool_names),
    "invention": (invents, invents, unsaid_deed),
    "early_end": (early, early, at_work, not_handed_over, not_foreign),
    "loop": (loop, worded_loop, to_and_fro),
}


def chatty(talk: Talk, words: Wordings) -> Talk | None:
    """Small talk, things that it does not know, and things that it has to say twice."""
    for kind in words.dice.sample(["unknown", "again", "chat", "chat", "chat"], 2):
        one = words.dice.choice(words.faults["asides"][kind])
        value = next((v for v in words.faults["wrong_values"] if v in _known(talk)), "")
        pair = asked(words.pick(one["a"])), said(words.pick(one["u"]).format(value=value))
        talk = talk.inserted(talk.at("tell") + 1, *pair)
    return talk


def refused(talk: Talk, words: Wordings) -> Talk | None:
    return _ending(talk, words, "refused")


def handed_over(talk: Talk, words: Wordings) -> Talk | None:
    return _ending(talk, words, "handed_over")


def foreign(talk: Talk, words: Wordings) -> Talk | None:
    return _ending(talk, words, "foreign")


def deaf_agent(talk: Talk, words: Wordings) -> Talk | None:  # noqa: ARG001 # a plant like the others
    """The agent asks the same again and again, and is told the same."""
    place = talk.at("ask")
    question, answer = talk.lines[place], talk.lines[place + 1]
    return talk.inserted(place, *[line for _ in range(3) for line in (question, answer)])


CLEAN: tuple[Plant, ...] = (
    *(lambda talk, _: talk, chatty, chatty, chatty, chatty),
    *(refused, handed_over, foreign, deaf_agent),
)


def _ending(talk: Talk, words: Wordings, name: str) -> Talk:
    one = words.dice.choice(words.faults[name])
    pair = asked(words.pick(one["a"])), said(words.pick(one["u"]))
    return talk.cut(talk.at("tell") + 1, *pair, mark=one["mark"])


def _aside(talk: Talk, words: Wordings, line: Line) -> Talk:
    """A line in the place of another of the user's, or behind it."""
    places = [place for place, one in enumerate(talk.lines) if one.who == "u"]
    place = words.dice.choice(places[:-1])
    if words.dice.random() < 0.5:  # noqa: PLR2004 # heads or tails
        return talk.with_line(place, line.text)
    return talk.with_line(place, f"{talk.lines[place].text} {line.text}")


def _known(talk: Talk) -> Mapping[str, str]:
    """What the user knows, by label and by value."""
    user = talk.exam.scenario.user
    knows = {} if user is None else {name: str(value) for name, value in user.knows.items()}
    return knows | {value: value for value in knows.values()}
