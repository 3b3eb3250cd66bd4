# SPDX-FileCopyrightText: The Parley authors
# SPDX-License-Identifier: Apache-2.0

"""An agent of the livekit-agents framework, with no model: it speaks a made tone into its room until somebody says "bye".

Its worker is the framework's own; what it tells of itself are lines of JSON on its standard output.
"""

import asyncio
import json
import math
import os
import struct

from livekit import rtc
from livekit.agents import JobContext, WorkerOptions, cli

RATE, SAMPLES = 48000, 480
TONE = b"".join(struct.pack("<h", int(10000 * math.sin(2 * math.pi * 5 * i / SAMPLES))) for i in range(SAMPLES))


def tell(event, **detail):
    os.write(1, (json.dumps({"event": event, "pid": os.getpid(), **detail}) + "\n").encode())


async def speak(ctx: JobContext):
    tell("job", id=ctx.job.id, room=ctx.room.name, metadata=ctx.job.metadata)
    source = rtc.AudioSource(RATE, 1)
    bye = asyncio.Event()
    ctx.room.on("data_received", lambda packet: bye.set() if packet.data == b"bye" else None)
    await ctx.connect()
    track = rtc.LocalAudioTrack.create_audio_track("voice", source)
    await ctx.room.local_participant.publish_track(track, rtc.TrackPublishOptions(source=rtc.TrackSource.SOURCE_MICROPHONE))
    tell("speaking", id=ctx.job.id, identity=ctx.room.local_participant.identity)
    while not bye.is_set():
        await source.capture_frame(rtc.AudioFrame(TONE, RATE, 1, SAMPLES))
    ctx.shutdown("said bye")


def no_load():
    return 0.0


if __name__ == "__main__":
    # Its own measure of load would refuse jobs on a machine that runs everything else, too.
    cli.run_app(WorkerOptions(speak, agent_name=os.environ["PARLEY_AGENT"], load_fnc=no_load, num_idle_processes=1, port=0))
