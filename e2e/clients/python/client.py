# SPDX-FileCopyrightText: The Parley authors
# SPDX-License-Identifier: Apache-2.0

"""One participant with the Python SDK: the verbs of harness/verbs.js.

Reads {"id", "verb", "args"} lines, answers each with a line {"id", "result"} or {"id", "error"}, and tells what happens in lines
{"event", ...}.
"""

import asyncio
import hashlib
import json
import math
import struct
import sys

from google.protobuf.json_format import MessageToDict
from livekit import rtc

import roomapi

WIDTH, HEIGHT, FPS = 320, 180, 20
RATE, SAMPLES = 48000, 480
SAMPLE_S = 0.15
SOURCES = {"camera": rtc.TrackSource.SOURCE_CAMERA, "microphone": rtc.TrackSource.SOURCE_MICROPHONE}
QUALITIES = {
    "LOW": rtc.VideoQuality.VIDEO_QUALITY_LOW,
    "MEDIUM": rtc.VideoQuality.VIDEO_QUALITY_MEDIUM,
    "HIGH": rtc.VideoQuality.VIDEO_QUALITY_HIGH,
}


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def write(message):
    print(json.dumps(message), flush=True)


def tell(event, **detail):
    write({"event": event, **detail})


def source_of(publication):
    return next((name for name, source in SOURCES.items() if source == publication.source), None)


def about(publication, participant):
    return {"identity": participant.identity, "source": source_of(publication), "muted": publication.muted}


class Client:
    """Verbs are its public methods."""

    def __init__(self):
        self._room = None
        self._tasks = set()
        self._published = {}
        self._samples = {}

    def _spawn(self, coroutine):
        task = asyncio.ensure_future(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def _listen(self, room):
        room.on("participant_connected", lambda participant: tell("joined", identity=participant.identity))
        room.on("participant_disconnected", lambda participant: tell("left", identity=participant.identity))
        room.on("track_published", lambda publication, participant: tell("published", **about(publication, participant)))
        room.on("track_unpublished", lambda publication, participant: tell("unpublished", **about(publication, participant)))
        room.on("track_muted", lambda participant, publication: self._tell_muted("muted", participant, publication))
        room.on("track_unmuted", lambda participant, publication: self._tell_muted("unmuted", participant, publication))
        room.on("track_unsubscribed", lambda track, publication, participant: tell("unsubscribed", **about(publication, participant)))
        room.on("disconnected", lambda reason: tell("disconnected", reason=reason))
        room.on("reconnecting", lambda: tell("reconnecting"))
        room.on("reconnected", lambda: tell("reconnected"))

        @room.on("track_subscribed")
        def on_track(track, publication, participant):
            which = about(publication, participant)
            tell("subscribed", **which)
            self._spawn((self._see if track.kind == rtc.TrackKind.KIND_VIDEO else self._hear)(track, which))

        @room.on("data_received")
        def on_data(packet):
            tell(
                "data",
                identity=packet.participant.identity if packet.participant else None,
                text=packet.data.decode(),
                lossy=packet.kind == rtc.DataPacketKind.KIND_LOSSY,
                topic=packet.topic,
            )

        room.register_text_stream_handler("text", lambda reader, identity: self._spawn(self._read_text(reader, identity)))
        room.register_byte_stream_handler("bytes", lambda reader, identity: self._spawn(self._read_bytes(reader, identity)))

    def _tell_muted(self, event, participant, publication):
        if participant.identity in self._room.remote_participants:
            tell(event, **about(publication, participant))

    async def _see(self, track, which):
        frames = 0
        async for event in rtc.VideoStream(track):
            frames += 1
            self._samples[track.sid] = {**which, "frames": frames, "width": event.frame.width, "height": event.frame.height}

    async def _hear(self, track, which):
        energy = 0
        async for event in rtc.AudioStream(track):
            energy += max(abs(s) for (s,) in struct.iter_unpack("<h", bytes(event.frame.data))) / 32768
            self._samples[track.sid] = {**which, "energy": energy}

    async def _watch(self):
        while True:
            samples, self._samples = self._samples, {}
            for sample in samples.values():
                tell("media", **sample)
            await asyncio.sleep(SAMPLE_S)

    async def _read_text(self, reader, identity):
        text = await reader.read_all()
        tell("text", identity=identity, length=len(text), sha256=sha256(text.encode()))

    async def _read_bytes(self, reader, identity):
        data = b"".join([chunk async for chunk in reader])
        tell("bytes", identity=identity, length=len(data), sha256=sha256(data))

    async def _film(self, source):
        n = 0
        while True:
            picture = bytes([n * 5 % 256]) * (WIDTH * HEIGHT) + bytes([128]) * (WIDTH * HEIGHT // 2)
            source.capture_frame(rtc.VideoFrame(WIDTH, HEIGHT, rtc.VideoBufferType.I420, picture))
            n += 1
            await asyncio.sleep(1 / FPS)

    async def _sing(self, source):
        tone = b"".join(struct.pack("<h", int(10000 * math.sin(2 * math.pi * 5 * i / SAMPLES))) for i in range(SAMPLES))
        while True:
            await source.capture_frame(rtc.AudioFrame(tone, RATE, 1, SAMPLES))

    def _publication(self, identity, source):
        participant = self._room.remote_participants.get(identity)
        for publication in participant.track_publications.values() if participant else []:
            if source_of(publication) == source:
                return publication
        raise ValueError(f"{identity} has no {source}")

    async def join(self, url, token, options={}):
        room = self._room = rtc.Room()
        self._listen(room)
        await room.connect(url, token, rtc.RoomOptions(
            auto_subscribe=options.get("autoSubscribe", True), single_peer_connection=options.get("single", True)))

        @room.local_participant.register_rpc_method("echo")
        async def echo(data):
            return f"{data.caller_identity} said {data.payload}"

        for participant in room.remote_participants.values():
            tell("joined", identity=participant.identity)
            for publication in participant.track_publications.values():
                tell("published", **about(publication, participant))
        self._spawn(self._watch())

    async def publish(self, source, options={}):
        if source == "camera":
            media = rtc.VideoSource(WIDTH, HEIGHT)
            track = rtc.LocalVideoTrack.create_video_track(source, media)
            how = rtc.TrackPublishOptions(source=SOURCES[source], simulcast=False, video_codec=rtc.VideoCodec.VP8)
        else:
            media = rtc.AudioSource(RATE, 1)
            track = rtc.LocalAudioTrack.create_audio_track(source, media)
            how = rtc.TrackPublishOptions(source=SOURCES[source])
        publication = await self._room.local_participant.publish_track(track, how)
        task = self._spawn((self._film if source == "camera" else self._sing)(media))
        self._published[source] = (publication, track, task)

    async def unpublish(self, source):
        publication, _, task = self._published.pop(source)
        task.cancel()
        await self._room.local_participant.unpublish_track(publication.sid)

    async def mute(self, source, muted):
        _, track, _ = self._published[source]
        if muted:
            track.mute()
        else:
            track.unmute()

    async def subscribe(self, identity, source, wanted):
        self._publication(identity, source).set_subscribed(wanted)

    async def setQuality(self, identity, source, quality):
        self._publication(identity, source).set_video_quality(QUALITIES[quality])

    async def sendData(self, text, options={}):
        await self._room.local_participant.publish_data(
            text, reliable=not options.get("lossy"), destination_identities=options.get("to", []), topic=options.get("topic", ""))

    async def sendText(self, size, to=[]):
        text = ("parley " * (size // 7 + 1))[:size]
        await self._room.local_participant.send_text(text, topic="text", destination_identities=to)

    async def sendBytes(self, size, to=[]):
        data = bytes((i * 7 + (i >> 8)) & 255 for i in range(size))
        writer = await self._room.local_participant.stream_bytes(
            "file", total_size=size, topic="bytes", destination_identities=to)
        await writer.write(data)
        await writer.aclose()

    async def call(self, identity, payload):
        return await self._room.local_participant.perform_rpc(destination_identity=identity, method="echo", payload=payload)

    async def callError(self, identity, method):
        try:
            await self._room.local_participant.perform_rpc(destination_identity=identity, method=method, payload="")
            return None
        except rtc.RpcError as error:
            return {"code": error.code, "message": error.message}

    async def loseSignal(self):
        await self._room.simulate_scenario(rtc.SimulateScenarioKind.SIMULATE_SIGNAL_RECONNECT)

    async def permit(self, everyone, identities=[]):
        self._room.local_participant.set_track_subscription_permissions(
            allow_all_participants=everyone,
            participant_permissions=[
                rtc.ParticipantTrackPermission(participant_identity=identity, allow_all=True) for identity in identities])

    async def roomApi(self, url, path, request, token=None):
        return await roomapi.call(url, path, request, token)

    async def webhook(self, body, authorization):
        return roomapi.webhook(body, authorization)

    async def leave(self):
        if self._room:
            await self._room.disconnect()

    async def stats(self):
        stats = await self._room.get_rtc_stats()
        return {
            "publisher": [MessageToDict(report) for report in stats.publisher_stats],
            "subscriber": [MessageToDict(report) for report in stats.subscriber_stats],
        }

    async def verbs(self):
        return [name for name in vars(Client) if not name.startswith("_")]


async def main():
    client = Client()
    reader = asyncio.StreamReader(limit=1 << 24)
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)

    async def answer(request):
        verb = request["verb"]
        try:
            if verb not in await client.verbs():
                raise ValueError(f"no such verb: {verb}")
            write({"id": request["id"], "result": await getattr(client, verb)(*request["args"])})
        except Exception as error:  # the scenario decides what it means
            write({"id": request["id"], "error": f"{type(error).__name__}: {error}"})

    async for line in reader:
        client._spawn(answer(json.loads(line)))


asyncio.run(main())
