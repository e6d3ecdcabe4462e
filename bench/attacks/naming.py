"""Files that are made to keep those busy who scan them and name their functions."""

from __future__ import annotations

import asyncio

from bench.attacks.stage import Stage
from tests.core.sourcemap.encoding import map_of, mappings_of
from tests.worker.source_server import reply

_FRAMES = 2_000
_DEPTH = 300


async def endless_names(stage: Stage) -> None:
    """Ask for functions whose names never ended: operands that are over, rings of parts, and 40 s for one number."""
    programs = (
        "class A{m(){p.q();super.x=()=>{throw 1}}}",
        "class A{m(){t=p.q,super.x=()=>{throw 1}}}",
        "class A{m(){t=p.q.r;super.x=class{a(){}b(){throw 1}}}}",
        "x={0x" + "f" * 1_000_000 + "n(){throw 1}}",
        "a" + ".b" * 500_000 + "=()=>{throw 1}",
    )
    async with asyncio.TaskGroup() as group:
        for number, program in enumerate(programs * 4):
            path = f"/naming-{number}.js"
            column = program.index("throw")
            _put(stage, path, program, [(0, 0, 0, 0, 0), (0, column, 0, 0, column)])
            group.create_task(stage.submit(stage.scraping(path, colno=column + 1)))


async def names_inside_one_another(stage: Stage) -> None:
    """Ask for two thousand functions, each inside hundreds of things that name it."""
    level = "a:{f(){throw 1},"
    program = "x={" + ("".join(f"b{n}:{{{level * _DEPTH}{'}' * _DEPTH}}}," for n in range(_FRAMES // _DEPTH + 1))) + "}"
    columns = [at for at in range(len(program)) if program.startswith("throw", at)][:_FRAMES]
    _put(stage, "/deep.js", program, [(0, column, 0, 0, column) for column in columns])
    request = stage.scraping("/deep.js")
    frame = request["stacktraces"][0]["frames"][0]
    request["stacktraces"] = [{"frames": [frame | {"colno": column + 1} for column in columns]}]
    await stage.submit(request)


def _put(stage: Stage, path: str, program: str, tokens: list[tuple[int, ...]]) -> None:
    stage.server.put(path, reply(f"{program}\n//# sourceMappingURL={path}.map\n".encode()))
    stage.server.put(f"{path}.map", reply(map_of(mappings_of(tokens))))
