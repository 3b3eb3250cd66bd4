# SPDX-FileCopyrightText: The Parley authors
# SPDX-License-Identifier: Apache-2.0

"""The server SDK's own calls."""

import re
from typing import get_type_hints

from google.protobuf.json_format import MessageToDict, ParseDict
from livekit import api
from livekit.protocol.agent_dispatch import ListAgentDispatchResponse
from livekit.protocol.room import PerformRpcRequest, PerformRpcResponse


async def _of_rooms(rooms, name, request):
    if name == "PerformRpc":  # the SDK has no function for it
        return await rooms._client.request(
            "RoomService", name, ParseDict(request, PerformRpcRequest()), rooms._auth_header(None), PerformRpcResponse)
    method = getattr(rooms, re.sub("(?<!^)(?=[A-Z])", "_", name).lower())
    argument = next(iter(get_type_hints(method).values()))
    return await method(ParseDict(request, argument()))


async def _of_dispatches(dispatches, name, request):
    if name == "CreateDispatch":
        return await dispatches.create_dispatch(ParseDict(request, api.CreateAgentDispatchRequest()))
    if name == "DeleteDispatch":
        return await dispatches.delete_dispatch(request["dispatchId"], request["room"])
    if "dispatchId" in request:
        found = await dispatches.get_dispatch(request["dispatchId"], request["room"])
        return ListAgentDispatchResponse(agent_dispatches=[found] if found else [])
    return ListAgentDispatchResponse(agent_dispatches=await dispatches.list_dispatch(request["room"]))


async def call(url, path, request, token):
    service, name = path.split("/")
    async with api.LiveKitAPI.with_token(token, url) if token else api.LiveKitAPI(url, "devkey", "secret") as lk:
        try:
            answer = await (_of_rooms(lk.room, name, request) if service == "RoomService" else _of_dispatches(lk.agent_dispatch, name, request))
        except api.ServerError as error:
            return {"error": {"code": error.code, "msg": error.message}}
    return {"answer": MessageToDict(answer) if answer is not None else {}}  # of MoveParticipant and ForwardParticipant the SDK returns none


def webhook(body, authorization):
    return MessageToDict(api.WebhookReceiver(api.TokenVerifier("devkey", "secret")).receive(body, authorization))
