"""Single faults of a simulated user, and what looks like one and is none."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from scenarios.exam import AnswerKey, Exam, ToolSpec
from scenarios.transcript import (
    AssistantMessage,
    Event,
    SegmentRecord,
    Stopped,
    ToolCall,
    ToolMessage,
    Transcript,
    UserAction,
    UserMessage,
)
from scoring.user_faults.detect import find_faults
from scoring.user_faults.fault import UserFault
from tests.harness.dual import talk

USER = {
    "goal": "You want your parcel P-77 delivered today, since your sister leaves at noon.",
    "knows": {"order number": "P-77", "telephone number": "+49 30 5550 119"},
    "unknown": ["the code of the locker"],
    "persona": "You are Mira, 30, always friendly and never in a hurry.",
    "never": ["Do not open the locker before you are told to."],
}


def exam(user: dict[str, object] | None = None, language: str = "en") -> Exam:
    scenario = talk(user=user or USER, language=language)
    tools = (ToolSpec(name="flat__open_tap"), ToolSpec(name="flat__restart_pump"))
    return Exam(scenario=scenario, key=AnswerKey(user_tools=tools), digest="x")


def u(text: str) -> UserMessage:
    return UserMessage(text=text)


def a(text: str) -> AssistantMessage:
    return AssistantMessage(text=text)


def did(tool: str, result: object) -> UserAction:
    call = ToolCall(id="1", name=f"flat__{tool}", arguments_json="{}")
    back = ToolMessage.model_validate({"call_id": "1", "text": str(result), "structured": result})
    return UserAction(tool_calls=(call,), results=(back,))


def faults(
    *messages: Event,
    stopped: Stopped | None = None,
    user: dict[str, object] | None = None,
    language: str = "en",
) -> Sequence[UserFault]:
    transcript = Transcript(
        scenario="tests/water",
        model="m",
        repeat=0,
        ended="done",
        segments=(SegmentRecord(segment="call", messages=messages),),
        user="m",
        stopped=stopped,
    )
    return find_faults(exam(user, language), transcript)


def kinds(found: Sequence[UserFault]) -> list[str]:
    return [fault.kind for fault in found]


OPENING = (u("Hello, where is my parcel?"), a("What is your order number?"))


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("It is P-78.", "contradiction"),
        ("I have no order number.", "contradiction"),
        ("P-77. I paid 49.90 euros for it.", "invention"),
        ("P-77, ordered on 3 March.", "invention"),
        ("P-77. Write to mira@mail.example.", "invention"),
        ("I am always friendly and never in a hurry, P-77.", "leak"),
        ("My instructions do not say so.", "leak"),
        ("P-77. Shall I call flat__open_tap?", "leak"),
        ("How can I help you today?", "leak"),
        ("I restarted it, P-77.", "invention"),
    ],
)
def test_one_sentence_is_enough(said: str, kind: str) -> None:
    found = faults(*OPENING, u(said))

    assert kinds(found) == [kind]
    assert found[0].turn == 1


@pytest.mark.parametrize(
    "said",
    [
        "It is P-77.",
        "p 77, I think, if that is what you mean.",
        "You can call me on 030 5550119.",
        "I waited for 20 minutes, and two of my friends as well.",
        "I want my parcel P-77 delivered today, because my sister leaves at noon.",
        "What does that mean?",
        "I do not know the code of the locker.",
        "Should I restart it? Tell me first.",
        "Thank you for being so friendly.",
        "There is no parcel at the door, and I have no note about my order.",
        "I don't know why it takes so long.",
    ],
)
def test_what_a_person_would_say_is_no_fault(said: str) -> None:
    assert faults(*OPENING, u(said)) == ()


def test_what_it_heard_or_saw_it_may_repeat() -> None:
    assert not faults(*OPENING, u("P-77."), a("It costs 12.50 euros, until 21:30."), u("12.50, until 9:30?"))
    assert not faults(*OPENING, did("open_tap", {"bar": 3.7}), u("P-77, and it shows 3.7."))


def test_other_than_it_saw_is_a_contradiction() -> None:
    assert kinds(faults(*OPENING, did("open_tap", {"bar": 3.7}), u("It shows 9.2."))) == ["contradiction"]
    assert kinds(faults(*OPENING, did("open_tap", {"power": "red"}), u("The power light is green."))) == [
        "contradiction"
    ]


def test_a_deed_with_its_call_is_no_invention() -> None:
    assert faults(*OPENING, did("restart_pump", {"ok": True}), u("I restarted it, P-77.")) == ()


@pytest.mark.parametrize(
    ("agent", "stopped", "early"),
    [
        ("What is your order number?", "user_done", True),
        ("Please restart the pump now.", "user_done", True),
        ("One moment, let me look.", "user_done", True),
        ("Your parcel comes at noon. Can I help you with anything else?", "user_done", False),
        ("I am sorry, that is not possible.", "user_done", False),
        ("Your parcel comes at noon.", "user_transfer", True),
        ("I am handing you over to a colleague.", "user_transfer", False),
        ("What is your order number?", "user_out_of_scope", True),
        ("Which bank do you use?", "user_out_of_scope", False),
    ],
)
def test_leaving_needs_a_reason(agent: str, stopped: Stopped, early: bool) -> None:
    found = faults(u("Where is my parcel?"), a(agent), u("Thank you, bye. [[DONE]]"), stopped=stopped)

    assert kinds(found) == (["early_end"] if early else [])


def test_a_user_may_answer_and_leave_in_one_message() -> None:
    found = faults(*OPENING, u("It is P-77, do with it what you like, bye."), stopped="user_done")

    assert found == ()


def test_the_same_again_and_again_is_a_loop_unless_the_agent_loops() -> None:
    plea = u("Please just bring me the parcel.")
    turning = faults(plea, a("Which one?"), plea, a("Where do you live?"), plea, a("Who sent it?"))
    asked = a("Which parcel do you mean, please?")

    assert kinds(turning) == ["loop"]
    assert faults(plea, asked, plea, asked, plea, asked) == ()
    assert faults(u("Yes."), a("One?"), u("Yes."), a("Two?"), u("Yes."), a("And three?")) == ()


def test_chinese_is_read_as_chinese() -> None:
    user: dict[str, object] = {
        "goal": "你想知道包裹什么时候到。",
        "knows": {"订单编号": "P-77"},
        "persona": "你是米拉，三十岁，说话一直很客气，从来不着急。",
    }
    opening = (u("你好，我的包裹呢？"), a("您的订单编号是多少？"))

    assert faults(*opening, u("订单编号是 P-77。"), user=user, language="zh") == ()
    assert kinds(faults(*opening, u("编号是 P-78。"), user=user, language="zh")) == ["contradiction"]
    assert kinds(faults(*opening, u("我不知道。"), user=user, language="zh")) == ["contradiction"]
    assert kinds(faults(*opening, u("P-77，付了 49 元。"), user=user, language="zh")) == ["invention"]
    assert kinds(faults(*opening, u("说话一直很客气，从来不着急。"), user=user, language="zh")) == ["leak"]


def test_written_turns_have_no_faults(tmp_path: Path) -> None:
    from tests.harness.stage import scenario  # noqa: PLC0415 # beside the other `scenario`s

    plain = Exam(scenario=scenario(), key=AnswerKey(), digest="x")

    assert find_faults(plain, Transcript(scenario="a/b", model="m", repeat=0, ended="done")) == ()


HOLDING: dict[str, object] = {
    "goal": "You want your parcel, and to know what it costs. You have already restarted the wall once.",
    "knows": {
        "your telephone number": "+49 30 5550 119",
        "PIN": "480216",
        "amount of the bill": "13,893.30 euros",
        "fee": 2.99,
        "paid": 30,
        "kept": 4.5,
    },
    "unknown": ["the telephone number of Dirk", "where your phone is"],
    "persona": "You are Mira, 30.",
}
"""Of numbers that people write in more ways than one."""
HAS_SETTINGS = ToolSpec(name="phone__look_at_settings")


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("What is the telephone number of the recipient?", "I don't know his telephone number."),
        ("And the telephone number of Dirk?", "I do not know that, sorry."),
        ("What does the screen say?", "It says that the PIN is wrong, and I don't have another PIN."),
        ("Which PIN did you type?", "480 216."),
        ("The shop is open until 7 pm.", "Until 19:00? That is fine."),
        ("The courier comes at 17:45.", "At 17.45, then, or a quarter to six."),
        ("The PIN is 559 021.", "559021, let me see what the wall says."),
        ("The message is from C0RVID-Customs.", "So C0RVID is a cheat?"),
        ("What was the fee?", "Some 3 euros."),
        ("What was on the bill?", "Nearly 14,000 euros!"),
        ("Your credit is less by the debt.", "So 25.50 is what is left of the 30?"),
        ("Did you try anything?", "I rebooted it, and nothing changed."),
        ("How did you type it?", "According to the instructions on the wall."),
    ],
)
def test_one_thing_may_be_said_in_many_ways(asked: str, said: str) -> None:
    assert faults(u("Hello, my parcel."), a(asked), u(said), user=HOLDING) == ()


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("请问手机现在在哪儿？", "我也不知道手机在哪里。"),
        ("您按过键了吗？", "我按照说明书按了一下。"),
        ("网点营业到晚上7点。", "19:00 是吧？好的。"),
    ],
)
def test_what_a_chinese_person_would_say_is_no_fault(asked: str, said: str) -> None:
    user: dict[str, object] = {
        "goal": "你的手机丢了，想停机。",
        "knows": {"手机号": "138 5550 0701"},
        "unknown": ["手机现在在哪里"],
        "persona": "何欣怡，29 岁。",
    }

    assert faults(u("你好，我手机丢了。"), a(asked), u(said), user=user, language="zh") == ()
    denied = faults(u("你好。"), a("请问您的手机号？"), u("我不知道手机号。"), user=user, language="zh")
    assert kinds(denied) == ["contradiction"]


@pytest.mark.parametrize(
    ("heard", "said"),
    [
        ("It is kept until 8 June. Please do not pay anything on that page.", "Thanks for the warning!"),
        ("You now have 8.7 GB left.", "Thank you, bye."),
        ("He can come until 18:30. Please tell your brother to bring his passport.", "Will do, thanks."),
        ("If it happens again, please check the cable first.", "All right, thank you."),
        ("It is booked. Does that suit you?", "Yes, thank you."),
        ("Your credit is 27.60 now. It takes a minute until the light is green.", "Great, thanks, bye!"),
        ("Please bring a proof of age on Saturday, and have your number ready.", "Okay, thanks."),
    ],
)
def test_leaving_after_the_last_word_is_no_early_end(heard: str, said: str) -> None:
    assert faults(*OPENING, u("It is P-77."), a(heard), u(said), stopped="user_done") == ()


@pytest.mark.parametrize(
    ("heard", "said"),
    [
        ("现在还剩 8.7 GB。如果还有问题，请随时告诉我。", "好的，谢谢。"),
        ("真的包裹可以取到 6 月 8 日。请不要点短信里的链接，也不要输入密码。", "谢谢提醒。"),
        ("已经约好 11 月 20 日，可以吗？", "可以，谢谢。"),
    ],
)
def test_nor_is_it_in_chinese(heard: str, said: str) -> None:
    found = faults(u("你好。"), a(heard), u(said), stopped="user_done", language="zh")

    assert [one for one in found if one.kind == "early_end"] == []


def test_marks_that_nobody_told_it_and_calls_as_text_fall_out_of_the_part() -> None:
    assert kinds(faults(*OPENING, u("P-77 [[STOP]]"))) == ["leak"]
    assert kinds(faults(*OPENING, u("P-77 ###STOP###"))) == ["leak"]
    assert kinds(faults(*OPENING, u('<tool_call>{"name": "open_tap"}</tool_call>'))) == ["leak"]
    assert faults(*OPENING, u("P-77 [[DONE]]")) == ()


def test_looking_at_settings_is_not_setting_anything() -> None:
    scenario = talk(user=USER)
    tools = (HAS_SETTINGS, ToolSpec(name="phone__set_channel"))
    looked = Exam(scenario=scenario, key=AnswerKey(user_tools=tools[:1]), digest="x")
    able = Exam(scenario=scenario, key=AnswerKey(user_tools=tools), digest="x")
    said = (*OPENING, did("look_at_settings", {"roaming": "off"}), u("I switched it to on."))
    transcript = Transcript(
        scenario="tests/water",
        model="m",
        repeat=0,
        ended="done",
        segments=(SegmentRecord(segment="call", messages=said),),
        user="m",
    )

    assert find_faults(looked, transcript) == ()
    assert kinds(find_faults(able, transcript)) == ["invention"]


def test_long_words_again_and_again_are_compared_in_no_time_worth_naming() -> None:
    same = "please help me " * 1_000
    asked = ("Which parcel is it?", "Where do you live?", "Who sent it?", "Is the wall open?")
    talked = [one for n, why in enumerate(asked) for one in (u(f"{same}{n}"), a(why))]

    assert "loop" in kinds(faults(*talked))
