// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0

// One participant with the Go SDK. Reads {"id", "fn", "args"} lines and answers each with a line. Media comes from files,
// since the SDK has no encoder; it counts packets, since it has no decoder.
package main

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/livekit/protocol/livekit"
	protologger "github.com/livekit/protocol/logger"
	lksdk "github.com/livekit/server-sdk-go/v2"
	"github.com/pion/webrtc/v4"
	"github.com/pion/webrtc/v4/pkg/media"
	"github.com/pion/webrtc/v4/pkg/media/ivfreader"
)

const frameDuration = 50 * time.Millisecond

type packet struct {
	Identity string `json:"identity"`
	Text     string `json:"text"`
	Topic    string `json:"topic"`
}

type stream struct {
	Identity string `json:"identity"`
	Length   int    `json:"length"`
	Sha256   string `json:"sha256"`
}

type client struct {
	lock    sync.Mutex
	room    *lksdk.Room
	frames  map[string]int
	audio   map[string]int
	packets []packet
	texts   []stream
	files   []stream
	reason  *livekit.DisconnectReason
}

func digest(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

func (c *client) join(url, token string, single bool) error {
	callback := lksdk.NewRoomCallback()
	callback.OnTrackSubscribed = func(track *webrtc.TrackRemote, _ *lksdk.RemoteTrackPublication, p *lksdk.RemoteParticipant) {
		go c.read(track, p.Identity())
	}
	callback.OnDataPacket = func(data lksdk.DataPacket, params lksdk.DataReceiveParams) {
		if user, ok := data.(*lksdk.UserDataPacket); ok {
			c.lock.Lock()
			defer c.lock.Unlock()
			c.packets = append(c.packets, packet{params.SenderIdentity, string(user.Payload), user.Topic})
		}
	}
	options := []lksdk.ConnectOption{lksdk.WithLogger(protologger.GetDiscardLogger())}
	if single {
		options = append(options, lksdk.WithSinglePeerConnection())
	}
	callback.OnDisconnectedWithReason = func(reason lksdk.DisconnectionReason) {
		c.lock.Lock()
		defer c.lock.Unlock()
		why := c.room.DisconnectReason()
		c.reason = &why
	}
	room := lksdk.NewRoom(callback)
	c.room = room
	if err := room.RegisterTextStreamHandler("text", func(reader *lksdk.TextStreamReader, identity string) {
		text := reader.ReadAll()
		c.lock.Lock()
		defer c.lock.Unlock()
		c.texts = append(c.texts, stream{identity, len(text), digest([]byte(text))})
	}); err != nil {
		return err
	}
	if err := room.RegisterByteStreamHandler("bytes", func(reader *lksdk.ByteStreamReader, identity string) {
		data := reader.ReadAll()
		c.lock.Lock()
		defer c.lock.Unlock()
		c.files = append(c.files, stream{identity, len(data), digest(data)})
	}); err != nil {
		return err
	}
	if err := room.RegisterRpcMethod("echo", func(data lksdk.RpcInvocationData) (string, error) {
		return fmt.Sprintf("%s said %s", data.CallerIdentity, data.Payload), nil
	}); err != nil {
		return err
	}
	return room.JoinWithToken(url, token, options...)
}

// A frame is what ends with a marker.
func (c *client) read(track *webrtc.TrackRemote, identity string) {
	for {
		rtp, _, err := track.ReadRTP()
		if err != nil {
			return
		}
		c.lock.Lock()
		if track.Kind() == webrtc.RTPCodecTypeAudio {
			c.audio[identity]++
		} else if rtp.Marker {
			c.frames[identity]++
		}
		c.lock.Unlock()
	}
}

func (c *client) publish(video, audio string) error {
	camera, err := lksdk.NewLocalTrack(webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeVP8, ClockRate: 90000})
	if err != nil {
		return err
	}
	camera.OnBind(func() { go film(camera, video) })
	if _, err = c.room.LocalParticipant.PublishTrack(camera, &lksdk.TrackPublicationOptions{
		Name: "camera", Source: livekit.TrackSource_CAMERA, VideoWidth: 320, VideoHeight: 180}); err != nil {
		return err
	}
	microphone, err := lksdk.NewLocalFileTrack(audio)
	if err != nil {
		return err
	}
	_, err = c.room.LocalParticipant.PublishTrack(microphone, &lksdk.TrackPublicationOptions{
		Name: "microphone", Source: livekit.TrackSource_MICROPHONE})
	return err
}

// Not the SDK's own reader of IVF files, which sent one frame a second of this one.
func film(track *lksdk.LocalTrack, file string) {
	input, err := os.Open(file)
	if err != nil {
		panic(err)
	}
	defer input.Close()
	reader, _, err := ivfreader.NewWith(input)
	if err != nil {
		panic(err)
	}
	ticker := time.NewTicker(frameDuration)
	defer ticker.Stop()
	for range ticker.C {
		frame, _, err := reader.ParseNextFrame()
		if err != nil {
			return // the end of the file
		}
		if err = track.WriteSample(media.Sample{Data: frame, Duration: frameDuration}, nil); err != nil {
			return
		}
	}
}

func pattern(size int) []byte {
	data := make([]byte, size)
	for i := range data {
		data[i] = byte(i*7 + i>>8)
	}
	return data
}

func find(streams []stream, identity string) any {
	for _, s := range streams {
		if s.Identity == identity {
			return s
		}
	}
	return nil
}

type dataOptions struct {
	Lossy bool     `json:"lossy"`
	To    []string `json:"to"`
	Topic string   `json:"topic"`
}

func (c *client) roomApi(url, name, identity string) (any, error) {
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
	identities := func(list []*livekit.ParticipantInfo) []string {
		names := []string{}
		for _, p := range list {
			names = append(names, p.Identity)
		}
		return names
	}
	return map[string]any{
		"name": created.Name, "metadata": created.Metadata,
		"sids":         len(listed.Rooms) == 1 && listed.Rooms[0].Sid == created.Sid,
		"participants": identities(participants.Participants), "one": one.Identity,
		"after": identities(after.Participants), "gone": len(gone.Rooms),
	}, nil
}

func (c *client) call(fn string, args []json.RawMessage) (any, error) {
	text := func(i int) (s string) { read(args, i, &s); return }
	number := func(i int) (n int) { read(args, i, &n); return }
	list := func(i int) (l []string) { read(args, i, &l); return }
	switch fn {
	case "join":
		var single bool
		read(args, 2, &single)
		return nil, c.join(text(0), text(1), single)
	case "publish":
		return nil, c.publish(text(0), text(1))
	case "leave":
		c.room.Disconnect()
		return nil, nil
	case "sendData":
		var options dataOptions
		read(args, 1, &options)
		data := lksdk.UserData([]byte(text(0)))
		data.Topic = options.Topic
		return nil, c.room.LocalParticipant.PublishDataPacket(data,
			lksdk.WithDataPublishReliable(!options.Lossy), lksdk.WithDataPublishDestination(options.To))
	case "sendText":
		size := number(0)
		c.room.LocalParticipant.SendText(strings.Repeat("parley ", size/7+1)[:size],
			lksdk.StreamTextOptions{Topic: "text", DestinationIdentities: list(1)})
		return nil, nil
	case "sendBytes":
		size := number(0)
		startedAt := time.Now()
		done := make(chan struct{})
		finish := func() { close(done) }
		writer := c.room.LocalParticipant.StreamBytes(
			lksdk.StreamBytesOptions{Topic: "bytes", DestinationIdentities: list(1), TotalSize: uint64(size)})
		writer.Write(pattern(size), &finish)
		<-done
		writer.Close()
		return time.Since(startedAt).Milliseconds(), nil
	case "call":
		response, err := c.room.LocalParticipant.PerformRpc(
			lksdk.PerformRpcParams{DestinationIdentity: text(0), Method: "echo", Payload: text(1)})
		return response, err
	case "callError":
		_, err := c.room.LocalParticipant.PerformRpc(lksdk.PerformRpcParams{DestinationIdentity: text(0), Method: text(1)})
		if rpc, ok := err.(*lksdk.RpcError); ok {
			return map[string]any{"code": rpc.Code, "message": rpc.Message}, nil
		}
		return nil, err
	case "roomApi":
		return c.roomApi(text(0), text(1), text(2))
	}
	c.lock.Lock()
	defer c.lock.Unlock()
	switch fn {
	case "framesDecoded":
		atLeast := 1
		read(args, 1, &atLeast)
		if frames := c.frames[text(0)]; frames >= atLeast {
			return frames, nil
		}
		return 0, nil
	case "audioEnergy":
		return c.audio[text(0)], nil
	case "hasParticipant":
		return c.room.GetParticipantByIdentity(text(0)) != nil, nil
	case "lacksParticipant":
		return c.room.GetParticipantByIdentity(text(0)) == nil, nil
	case "hasData":
		for _, p := range c.packets {
			if p.Identity == text(0) && p.Text == text(1) {
				return p, nil
			}
		}
		return nil, nil
	case "received":
		return c.packets, nil
	case "hasText":
		return find(c.texts, text(0)), nil
	case "hasBytes":
		return find(c.files, text(0)), nil
	case "disconnectReason":
		return c.reason, nil
	case "state":
		return map[string]any{"frames": c.frames, "audio": c.audio, "packets": len(c.packets), "reason": c.reason}, nil
	}
	return nil, fmt.Errorf("no such function: %s", fn)
}

// An argument that is missing leaves the default.
func read(args []json.RawMessage, i int, target any) {
	if i < len(args) {
		if err := json.Unmarshal(args[i], target); err != nil {
			panic(err)
		}
	}
}

func main() {
	c := &client{frames: map[string]int{}, audio: map[string]int{}, packets: []packet{}}
	var output sync.Mutex
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(make([]byte, 0, 1<<16), 1<<24)
	for lines.Scan() {
		var request struct {
			Id   int               `json:"id"`
			Fn   string            `json:"fn"`
			Args []json.RawMessage `json:"args"`
		}
		if err := json.Unmarshal(lines.Bytes(), &request); err != nil {
			panic(err)
		}
		go func() {
			reply := map[string]any{"id": request.Id}
			if result, err := c.call(request.Fn, request.Args); err != nil {
				reply["error"] = err.Error()
			} else {
				reply["result"] = result
			}
			line, _ := json.Marshal(reply)
			output.Lock()
			defer output.Unlock()
			fmt.Println(string(line))
		}()
	}
}
