"""What an API process looks at when it starts: Redis."""

from __future__ import annotations

import logging
import time

from redis.asyncio import Redis
from redis.exceptions import NoPermissionError, RedisError

from core.errors import without_representations
from core.observing.health import Finding, Level, judge_quiet_redis, judge_redis, redis_facts, redis_is_away

_log = logging.getLogger(__name__)

_LEVELS = {Level.OK: logging.DEBUG, Level.NOTE: logging.INFO, Level.PROBLEM: logging.ERROR}


async def log_findings(redis: Redis) -> None:
    """Check Redis, and log what isn't fine."""
    for finding in await _findings(redis):
        _log.log(_LEVELS[finding.level], "%s", finding)


async def _findings(redis: Redis) -> list[Finding]:
    try:
        seconds, microseconds = await redis.time()
        ahead_s = seconds + microseconds / 1e6 - time.time()
        try:
            info = await redis.info()
        except NoPermissionError:
            return judge_quiet_redis(ahead_s)
        return judge_redis(redis_facts(info, await _save(redis), ahead_s))
    except RedisError as error:
        return [redis_is_away(without_representations(str(error)))]


async def _save(redis: Redis) -> str | None:
    """Return when the server writes snapshots; hosted ones don't say."""
    try:
        found = await redis.config_get("save")
    except RedisError:
        return None
    return str(found.get("save", ""))
