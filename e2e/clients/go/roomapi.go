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

	"github.com/livekit/protocol/auth"
	"github.com/livekit/protocol/livekit"
	"github.com/livekit/protocol/webhook"
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

// What the SDK's receiver makes of a webhook.
func receiveWebhook(body, authorization string) (any, error) {
	request, err := http.NewRequest(http.MethodPost, "/", strings.NewReader(body))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Authorization", authorization)
	event, err := webhook.ReceiveWebhookEvent(request, auth.NewSimpleKeyProvider("devkey", "secret"))
	if err != nil {
		return nil, err
	}
	text, err := protojson.Marshal(event)
	return json.RawMessage(text), err
}
