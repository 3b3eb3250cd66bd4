# SPDX-FileCopyrightText: The Parley authors
# SPDX-License-Identifier: Apache-2.0

"""One participant with the Python SDK. Reads {"id", "fn", "args"} lines and answers each with a line."""

import asyncio
import hashlib
import json
import math
import struct
import sys

from livekit import api, rtc

WIDTH, HEIGHT, FPS = 320, 180, 20
RATE, SAMPLES = 48000, 480


def sha256(data):
    return hashlib.sha256(data).hexdigest()


class Client:
    def __init__(self):
        self.room = None
        self.tasks = set()
        self.frames = {}
        self.energy = {}
        self.packets = []
        self.texts = []
        self.files = []
        self.reason = None

    def spawn(self, coroutine):
        task = asyncio.ensure_future(coroutine)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def join(self, url, token, single=True):
        room = self.room = rtc.Room()

        @room.on("track_subscribed")
        def on_track(track, publication, participant):
            watch = self.watch if track.kind == rtc.TrackKind.KIND_VIDEO else self.hear
            self.spawn(watch(track, participant.identity))

        @room.on("data_received")
        def on_data(packet):
            self.packets.append({
                "identity": packet.participant.identity if packet.participant else None,
                "text": packet.data.decode(),
                "lossy": packet.kind == rtc.DataPacketKind.KIND_LOSSY,
                "topic": packet.topic,
            })

        @room.on("disconnected")
        def on_disconnected(reason):
            self.reason = reason

        room.register_text_stream_handler("text", lambda reader, identity: self.spawn(self.read_text(reader, identity)))
        room.register_byte_stream_handler("bytes", lambda reader, identity: self.spawn(self.read_bytes(reader, identity)))
        await room.connect(url, token, rtc.RoomOptions(single_peer_connection=single))

        @room.local_participant.register_rpc_method("echo")
        async def echo(data):
            return f"{data.caller_identity} said {data.payload}"

    async def watch(self, track, identity):
        async for _ in rtc.VideoStream(track):
            self.frames[identity] = self.frames.get(identity, 0) + 1

    async def hear(self, track, identity):
        async for event in rtc.AudioStream(track):
            loudest = max(abs(s) for (s,) in struct.iter_unpack("<h", bytes(event.frame.data)))
            self.energy[identity] = self.energy.get(identity, 0) + loudest / 32768

    async def read_text(self, reader, identity):
        text = await reader.read_all()
        self.texts.append({"identity": identity, "length": len(text), "sha256": sha256(text.encode())})

    async def read_bytes(self, reader, identity):
        data = b"".join([chunk async for chunk in reader])
        self.files.append({"identity": identity, "length": len(data), "sha256": sha256(data)})

    async def publish(self):
        participant = self.room.local_participant
        video = rtc.VideoSource(WIDTH, HEIGHT)
        camera = rtc.LocalVideoTrack.create_video_track("camera", video)
        await participant.publish_track(camera, rtc.TrackPublishOptions(
            source=rtc.TrackSource.SOURCE_CAMERA, simulcast=False, video_codec=rtc.VideoCodec.VP8))
        audio = rtc.AudioSource(RATE, 1)
        microphone = rtc.LocalAudioTrack.create_audio_track("microphone", audio)
        await participant.publish_track(microphone, rtc.TrackPublishOptions(source=rtc.TrackSource.SOURCE_MICROPHONE))
        self.spawn(self.film(video))
        self.spawn(self.sing(audio))

    async def film(self, source):
        n = 0
        while True:
            picture = bytes([n * 5 % 256]) * (WIDTH * HEIGHT) + bytes([128]) * (WIDTH * HEIGHT // 2)
            source.capture_frame(rtc.VideoFrame(WIDTH, HEIGHT, rtc.VideoBufferType.I420, picture))
            n += 1
            await asyncio.sleep(1 / FPS)

    async def sing(self, source):
        tone = b"".join(struct.pack("<h", int(10000 * math.sin(2 * math.pi * 5 * i / SAMPLES))) for i in range(SAMPLES))
        while True:
            await source.capture_frame(rtc.AudioFrame(tone, RATE, 1, SAMPLES))

    async def leave(self):
        await self.room.disconnect()

    async def framesDecoded(self, identity, at_least=1):
        frames = self.frames.get(identity, 0)
        return frames if frames >= at_least else 0

    async def audioEnergy(self, identity):
        return self.energy.get(identity, 0)

    async def hasParticipant(self, identity):
        return identity in self.room.remote_participants

    async def lacksParticipant(self, identity):
        return identity not in self.room.remote_participants

    async def sendData(self, text, options={}):
        await self.room.local_participant.publish_data(
            text, reliable=not options.get("lossy"), destination_identities=options.get("to", []), topic=options.get("topic", ""))

    async def hasData(self, identity, text):
        return next((p for p in self.packets if p["identity"] == identity and p["text"] == text), None)

    async def received(self):
        return self.packets

    async def sendText(self, size, to=[]):
        text = ("parley " * (size // 7 + 1))[:size]
        await self.room.local_participant.send_text(text, topic="text", destination_identities=to)

    async def hasText(self, identity):
        return next((t for t in self.texts if t["identity"] == identity), None)

    async def sendBytes(self, size, to=[]):
        data = bytes((i * 7 + (i >> 8)) & 255 for i in range(size))
        writer = await self.room.local_participant.stream_bytes(
            "file", total_size=size, topic="bytes", destination_identities=to)
        await writer.write(data)
        await writer.aclose()

    async def hasBytes(self, identity):
        return next((f for f in self.files if f["identity"] == identity), None)

    async def call(self, identity, payload):
        return await self.room.local_participant.perform_rpc(destination_identity=identity, method="echo", payload=payload)

    async def callError(self, identity, method):
        try:
            await self.room.local_participant.perform_rpc(destination_identity=identity, method=method, payload="")
            return None
        except rtc.RpcError as error:
            return {"code": error.code, "message": error.message}

    async def disconnectReason(self):
        return self.reason

    async def state(self):
        return {"frames": self.frames, "energy": self.energy, "packets": len(self.packets), "reason": self.reason}

    async def roomApi(self, url, room, identity):
        """What the room API says to the SDK's own client, then removes the participant and deletes the room."""
        async with api.LiveKitAPI(url, "devkey", "secret") as lk:
            created = await lk.room.create_room(api.CreateRoomRequest(name=room, metadata="of python"))
            listed = await lk.room.list_rooms(api.ListRoomsRequest(names=[room]))
            participants = await lk.room.list_participants(api.ListParticipantsRequest(room=room))
            one = await lk.room.get_participant(api.RoomParticipantIdentity(room=room, identity=identity))
            await lk.room.remove_participant(api.RoomParticipantIdentity(room=room, identity=identity))
            after = await lk.room.list_participants(api.ListParticipantsRequest(room=room))
            await lk.room.delete_room(api.DeleteRoomRequest(room=room))
            gone = await lk.room.list_rooms(api.ListRoomsRequest(names=[room]))
            return {
                "name": created.name,
                "metadata": created.metadata,
                "sids": [r.sid for r in listed.rooms] == [created.sid],
                "participants": [p.identity for p in participants.participants],
                "one": one.identity,
                "after": [p.identity for p in after.participants],
                "gone": len(gone.rooms),
            }


async def main():
    client = Client()
    reader = asyncio.StreamReader(limit=1 << 24)
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)

    async def answer(request):
        try:
            result = await getattr(client, request["fn"])(*request["args"])
            reply = {"id": request["id"], "result": result}
        except Exception as error:  # the scenario decides what it means
            reply = {"id": request["id"], "error": f"{type(error).__name__}: {error}"}
        print(json.dumps(reply), flush=True)

    async for line in reader:
        client.spawn(answer(json.loads(line)))


asyncio.run(main())
