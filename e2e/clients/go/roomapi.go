// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"

	"github.com/livekit/protocol/livekit"
	lksdk "github.com/livekit/server-sdk-go/v2"
)

func identities(list []*livekit.ParticipantInfo) []string {
	names := []string{}
	for _, p := range list {
		names = append(names, p.Identity)
	}
	return names
}

// What the room API says to the SDK's own client, which then removes the participant and deletes the room.
func roomApi(url, name, identity string) (any, error) {
	ctx := context.Background()
	rooms := lksdk.NewRoomServiceClient(url, "devkey", "secret")
	created, err := rooms.CreateRoom(ctx, &livekit.CreateRoomRequest{Name: name, Metadata: "of go"})
	if err != nil {
		return nil, err
	}
	listed, err := rooms.ListRooms(ctx, &livekit.ListRoomsRequest{Names: []string{name}})
	if err != nil {
		return nil, err
	}
	participants, err := rooms.ListParticipants(ctx, &livekit.ListParticipantsRequest{Room: name})
	if err != nil {
		return nil, err
	}
	one, err := rooms.GetParticipant(ctx, &livekit.RoomParticipantIdentity{Room: name, Identity: identity})
	if err != nil {
		return nil, err
	}
	if _, err = rooms.RemoveParticipant(ctx, &livekit.RoomParticipantIdentity{Room: name, Identity: identity}); err != nil {
		return nil, err
	}
	after, err := rooms.ListParticipants(ctx, &livekit.ListParticipantsRequest{Room: name})
	if err != nil {
		return nil, err
	}
	if _, err = rooms.DeleteRoom(ctx, &livekit.DeleteRoomRequest{Room: name}); err != nil {
		return nil, err
	}
	gone, err := rooms.ListRooms(ctx, &livekit.ListRoomsRequest{Names: []string{name}})
	if err != nil {
		return nil, err
	}
	return fields{
		"name": created.Name, "metadata": created.Metadata,
		"sids":         len(listed.Rooms) == 1 && listed.Rooms[0].Sid == created.Sid,
		"participants": identities(participants.Participants), "one": one.Identity,
		"after": identities(after.Participants), "gone": len(gone.Rooms),
	}, nil
}
