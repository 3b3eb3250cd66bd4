// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"strings"

	"github.com/livekit/protocol/livekit"
	lksdk "github.com/livekit/server-sdk-go/v2"
	"github.com/twitchtv/twirp"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
)

// The SDK's function for a method, and what it is called with.
func roomApiMethod(url, path, token string) (reflect.Value, context.Context, error) {
	ctx := context.Background()
	credentials := lksdk.WithAPIKey("devkey", "secret")
	if token != "" {
		credentials = lksdk.WithToken(token)
	}
	api, err := lksdk.NewLiveKitAPI(lksdk.WithURL(url), credentials)
	if err != nil {
		return reflect.Value{}, nil, err
	}
	service, name, _ := strings.Cut(path, "/")
	if path == "RoomService/PerformRpc" { // the SDK has only what it is generated from
		ctx, err = twirp.WithHTTPRequestHeaders(ctx, http.Header{"Authorization": {"Bearer " + token}})
		return reflect.ValueOf(livekit.NewRoomServiceProtobufClient(url, http.DefaultClient)).MethodByName(name), ctx, err
	}
	clients := map[string]any{"RoomService": api.Room(), "AgentDispatchService": api.AgentDispatch()}
	method := reflect.ValueOf(clients[service]).MethodByName(name)
	if !method.IsValid() {
		err = fmt.Errorf("no such method: %s", path)
	}
	return method, ctx, err
}

func roomApi(url, path string, request json.RawMessage, token string) (any, error) {
	method, ctx, err := roomApiMethod(url, path, token)
	if err != nil {
		return nil, err
	}
	message := reflect.New(method.Type().In(1).Elem())
	if err = protojson.Unmarshal(request, message.Interface().(proto.Message)); err != nil {
		return nil, err
	}
	results := method.Call([]reflect.Value{reflect.ValueOf(ctx), message})
	var refusal twirp.Error
	if err, _ = results[1].Interface().(error); errors.As(err, &refusal) {
		return fields{"error": fields{"code": refusal.Code(), "msg": refusal.Msg()}}, nil
	} else if err != nil {
		return nil, err
	}
	answer, err := protojson.Marshal(results[0].Interface().(proto.Message))
	return fields{"answer": json.RawMessage(answer)}, err
}
