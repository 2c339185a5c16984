"""The parsers that vLLM 0.32 has, so that a wrong name is refused before a model is loaded.

Read in vLLM 0.32.0: `vllm/tool_parsers/__init__.py` and `vllm/reasoning/__init__.py`.
"""

from scenarios.problem import choices

TOOL_PARSERS = frozenset(
    (
        *("apertus", "cohere_command3", "cohere_command4", "deepseek_v3", "deepseek_v31", "deepseek_v32"),
        *("deepseek_v4", "deepseek_v41", "dots", "ernie45", "functiongemma", "gemma4", "gigachat3", "glm45"),
        *("glm47", "granite", "granite-20b-fc", "granite4", "hermes", "hf", "hunyuan_a13b", "hy_v3", "hy_v4"),
        *("inkling", "internlm", "jamba", "k2_horizon", "kimi_k2", "kimi_k3", "lfm2", "ling3", "llama3_json"),
        *("llama4_json", "llama4_pythonic", "longcat", "mimo", "minicpm5", "minimax_m2", "minimax_m3"),
        *("mistral", "muse_glimmer", "olmo3", "openai", "phi4_mini_json", "plamo3", "poolside_v1"),
        *("pythonic", "qwen3_coder", "qwen3_json", "qwen3_xml", "seed_oss", "step3", "step3p5", "xlam"),
    )
)
"""They read tool calls out of what a model writes."""
REASONING_PARSERS = frozenset(
    (
        *("cohere_command3", "cohere_command4", "deepseek_r1", "deepseek_v3", "deepseek_v4", "deepseek_v41"),
        *("ernie45", "gemma4", "glm45", "glm47", "granite", "granite_thinking_parser", "hf", "holo2"),
        *("hunyuan_a13b", "hy_v3", "hy_v4", "inkling", "k2_horizon", "kimi_k2", "kimi_k3", "ling3", "mimo"),
        *("minicpmv", "minimax_m2", "minimax_m2_append_think", "minimax_m3", "mistral", "muse_glimmer"),
        *("nemotron_v3", "olmo3", "openai_gptoss", "plamo3", "poolside_v1", "qwen3", "seed_oss", "step3"),
        "step3p5",
    )
)
"""They keep what a model thinks apart from what it answers."""


def parser_objection(tool_parser: str | None, reasoning_parser: str | None, *, plugin: bool) -> str | None:
    """Why vLLM would not know a parser, and what to do; None: it knows both."""
    if tool_parser is not None and not plugin and tool_parser not in TOOL_PARSERS:
        return (
            f"vLLM 0.32 has no tool parser {tool_parser!r}; {choices(tool_parser, TOOL_PARSERS)}; one of "
            "your own comes with --tool-parser-plugin FILE among the flags"
        )
    if reasoning_parser is not None and reasoning_parser not in REASONING_PARSERS:
        near = choices(reasoning_parser, REASONING_PARSERS)
        return f"vLLM 0.32 has no reasoning parser {reasoning_parser!r}; {near}"
    return None
