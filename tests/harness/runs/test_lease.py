"""One writer at a time writes a run in a store, whoever dies, sleeps or hurries."""

import asyncio
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from harness.runs.lease import Holder, Lease, held, take
from harness.runs.places import Bucket
from harness.runs.store import RunError

pytestmark = pytest.mark.anyio

NOW = datetime(2026, 3, 14, 10, tzinfo=UTC)
LONG = timedelta(minutes=2)


def written_by(bucket: Bucket, lease: Lease, **changes: object) -> None:
    """The lease as another machine or process would have written it."""
    holder = Holder.model_validate(lease.holder.model_dump() | changes)
    bucket.write(lease.name, holder.model_dump_json().encode())


def test_a_second_writer_is_told_who_the_first_is_and_how_to_follow(bucket: Bucket) -> None:
    lease = take(bucket, NOW)

    with pytest.raises(RunError) as refused:
        take(bucket, NOW + timedelta(seconds=30))

    said = str(refused.value)
    assert (
        f"{bucket} is being played by another longspan on {lease.holder.host} (process {os.getpid()}" in said
    )
    assert "its right ends by itself at 2026-03-14T10:01:30+00:00 at the latest" in said
    assert f"to take over before, remove {bucket.address(lease.name)}" in said


def test_a_run_that_was_given_back_is_free(bucket: Bucket) -> None:
    take(bucket, NOW).give_back(NOW)

    assert take(bucket, NOW).number == 2
    assert len(bucket.names("lock")) == 1


def test_a_removed_lease_is_free(bucket: Bucket) -> None:
    bucket.remove(take(bucket, NOW).name)

    take(bucket, NOW)


def test_a_lease_that_is_renewed_holds_on_and_one_that_is_not_runs_out(bucket: Bucket) -> None:
    lease = take(bucket, NOW)
    lease.renew(NOW + LONG)
    with pytest.raises(RunError, match="is being played"):
        take(bucket, NOW + LONG)

    take(bucket, NOW + 2 * LONG)

    with pytest.raises(RunError, match="was taken over by"):
        lease.renew(NOW + 2 * LONG)


def test_a_writer_that_died_on_this_machine_is_followed_at_once(bucket: Bucket) -> None:
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    written_by(bucket, take(bucket, NOW), process=dead.pid)

    assert take(bucket, NOW).number == 2


@pytest.mark.parametrize("machine", ["another boot", ""])
def test_nobody_judges_whether_a_process_of_another_machine_lives(bucket: Bucket, machine: str) -> None:
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    written_by(bucket, take(bucket, NOW), process=dead.pid, machine=machine)

    with pytest.raises(RunError, match="is being played"):
        take(bucket, NOW)


def test_a_lease_that_cannot_be_read_is_nobodys_to_follow(bucket: Bucket) -> None:
    bucket.write("lock/000001.json", b'{"wri')

    with pytest.raises(RunError, match=r"Should nobody play it, remove .*lock/000001\.json"):
        take(bucket, NOW)


def test_of_many_that_want_to_follow_one_does(bucket: Bucket) -> None:
    take(bucket, NOW).give_back(NOW)

    def follow(_: int) -> bool:
        try:
            take(bucket, NOW)
        except RunError:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(follow, range(8))).count(True) == 1


async def test_a_run_is_held_as_long_as_the_block_lasts(bucket: Bucket) -> None:
    async with held(bucket, lambda: NOW):
        with pytest.raises(RunError, match="is being played"):
            take(bucket, NOW)

    take(bucket, NOW)


async def test_who_was_taken_over_stops(bucket: Bucket) -> None:
    async def hold() -> None:
        async with held(bucket, lambda: NOW, every=0.01) as lease:
            written_by(bucket, lease, until=NOW.isoformat())
            await asyncio.to_thread(follow)
            await asyncio.sleep(60)

    def follow() -> None:
        while True:
            try:
                take(bucket, NOW + LONG)
            except RunError:
                continue
            return

    with pytest.raises(RunError, match="was taken over by"):
        await hold()


async def test_what_fails_in_the_block_comes_out_as_it_was(bucket: Bucket) -> None:
    with pytest.raises(ZeroDivisionError):
        async with held(bucket, lambda: NOW):
            raise ZeroDivisionError

    take(bucket, NOW)
