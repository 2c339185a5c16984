"""Run by the engine's own Python: does vLLM understand these command lines, and which parsers has it?

Reads a JSON list of argument lists on stdin; writes {"tool": [...], "reasoning": [...], "contexts": [...]}.
"""

import json
import sys

from vllm.entrypoints.launchers.cli_args import make_arg_parser  # type: ignore[import-not-found,unused-ignore]  # in the engine's environment
from vllm.reasoning import ReasoningParserManager  # type: ignore[import-not-found,unused-ignore]  # in the engine's environment
from vllm.tool_parsers import ToolParserManager  # type: ignore[import-not-found,unused-ignore]  # in the engine's environment
from vllm.utils.argparse_utils import FlexibleArgumentParser  # type: ignore[import-not-found,unused-ignore]  # in the engine's environment

parser = make_arg_parser(FlexibleArgumentParser())
understood = [parser.parse_args(arguments) for arguments in json.load(sys.stdin)]
answer = {
    "tool": sorted(ToolParserManager.list_registered()),
    "reasoning": sorted(ReasoningParserManager.list_registered()),
    "contexts": [one.max_model_len for one in understood],
}
sys.stdout.write("\n" + json.dumps(answer))
