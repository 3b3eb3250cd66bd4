// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0

// The server SDK's own calls.

import {
  CreateAgentDispatchRequest,
  CreateRoomRequest,
  DeleteAgentDispatchRequest,
  DeleteRoomRequest,
  ForwardParticipantRequest,
  ListAgentDispatchRequest,
  ListAgentDispatchResponse,
  ListParticipantsRequest,
  ListParticipantsResponse,
  ListRoomsRequest,
  ListRoomsResponse,
  MoveParticipantRequest,
  MuteRoomTrackRequest,
  MuteRoomTrackResponse,
  PerformRpcRequest,
  PerformRpcResponse,
  RoomParticipantIdentity,
  SendDataRequest,
  UpdateParticipantRequest,
  UpdateRoomMetadataRequest,
  UpdateSubscriptionsRequest,
} from '@livekit/protocol';
import { AgentDispatchClient, RoomServiceClient, ServerError, WebhookReceiver } from 'livekit-server-sdk';

/** Each: what it is asked with, and the SDK's function for it, with what its answer is an answer of where it gives less than that. */
const METHODS = {
  'RoomService/CreateRoom': [CreateRoomRequest, ({ rooms }, request) => rooms.createRoom(request)],
  'RoomService/ListRooms': [ListRoomsRequest, async ({ rooms }, { names }) => new ListRoomsResponse({ rooms: await rooms.listRooms(names) })],
  'RoomService/DeleteRoom': [DeleteRoomRequest, ({ rooms }, { room }) => rooms.deleteRoom(room)],
  'RoomService/ListParticipants': [
    ListParticipantsRequest,
    async ({ rooms }, { room }) => new ListParticipantsResponse({ participants: await rooms.listParticipants(room) }),
  ],
  'RoomService/GetParticipant': [RoomParticipantIdentity, ({ rooms }, { room, identity }) => rooms.getParticipant(room, identity)],
  'RoomService/RemoveParticipant': [RoomParticipantIdentity, ({ rooms }, { room, identity }) => rooms.removeParticipant(room, identity)],
  'RoomService/MutePublishedTrack': [
    MuteRoomTrackRequest,
    async ({ rooms }, { room, identity, trackSid, muted }) =>
      new MuteRoomTrackResponse({ track: await rooms.mutePublishedTrack(room, identity, trackSid, muted) }),
  ],
  'RoomService/UpdateParticipant': [
    UpdateParticipantRequest,
    ({ rooms }, { room, identity, ...fields }) => rooms.updateParticipant(room, identity, fields),
  ],
  'RoomService/UpdateSubscriptions': [
    UpdateSubscriptionsRequest,
    ({ rooms }, { room, identity, trackSids, subscribe }) => rooms.updateSubscriptions(room, identity, trackSids, subscribe),
  ],
  'RoomService/UpdateRoomMetadata': [UpdateRoomMetadataRequest, ({ rooms }, { room, metadata }) => rooms.updateRoomMetadata(room, metadata)],
  'RoomService/SendData': [
    SendDataRequest,
    ({ rooms }, { room, data, kind, topic, destinationIdentities }) => rooms.sendData(room, data, kind, { topic, destinationIdentities }),
  ],
  'RoomService/PerformRpc': [
    PerformRpcRequest, // the SDK has no function for it
    async ({ rooms }, request) =>
      PerformRpcResponse.fromJson(await rooms.rpc.request('RoomService', 'PerformRpc', request.toJson(), await rooms.authHeader({}))),
  ],
  'RoomService/MoveParticipant': [
    MoveParticipantRequest,
    ({ rooms }, { room, identity, destinationRoom }) => rooms.moveParticipant(room, identity, destinationRoom),
  ],
  'RoomService/ForwardParticipant': [
    ForwardParticipantRequest,
    ({ rooms }, { room, identity, destinationRoom }) => rooms.forwardParticipant(room, identity, destinationRoom),
  ],
  'AgentDispatchService/CreateDispatch': [
    CreateAgentDispatchRequest,
    ({ dispatches }, { room, agentName, ...options }) => dispatches.createDispatch(room, agentName, options),
  ],
  'AgentDispatchService/DeleteDispatch': [DeleteAgentDispatchRequest, ({ dispatches }, { room, dispatchId }) => dispatches.deleteDispatch(dispatchId, room)],
  'AgentDispatchService/ListDispatch': [
    ListAgentDispatchRequest,
    async ({ dispatches }, { room, dispatchId }) => {
      const found = dispatchId ? [await dispatches.getDispatch(dispatchId, room)].filter(Boolean) : await dispatches.listDispatch(room);
      return new ListAgentDispatchResponse({ agentDispatches: found });
    },
  ],
};

export async function roomApi(url, path, json, token) {
  const [Request, method] = METHODS[path];
  const credentials = token ? [undefined, undefined, { token }] : ['devkey', 'secret'];
  const clients = { rooms: new RoomServiceClient(url, ...credentials), dispatches: new AgentDispatchClient(url, ...credentials) };
  try {
    return { answer: (await method(clients, Request.fromJson(json)))?.toJson() ?? {} };
  } catch (error) {
    if (error instanceof ServerError) {
      return { error: { code: error.code, msg: error.message } };
    }
    throw error;
  }
}

export async function webhook(body, authorization) {
  return JSON.parse(JSON.stringify(await new WebhookReceiver('devkey', 'secret').receive(body, authorization)));
}
