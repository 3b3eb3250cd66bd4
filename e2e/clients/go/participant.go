// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/livekit/protocol/livekit"
	protologger "github.com/livekit/protocol/logger"
	lksdk "github.com/livekit/server-sdk-go/v2"
	"github.com/pion/webrtc/v4"
)

const sampleEvery = 150 * time.Millisecond

var sources = map[string]livekit.TrackSource{
	"camera": livekit.TrackSource_CAMERA, "microphone": livekit.TrackSource_MICROPHONE,
}

type participant struct {
	media     string // the folder of video.ivf and audio.ogg
	room      *lksdk.Room
	lock      sync.Mutex
	published map[string]*lksdk.LocalTrackPublication
}

func newParticipant(media string) *participant {
	return &participant{media: media, published: map[string]*lksdk.LocalTrackPublication{}}
}

type verb func(call) (any, error)

func (p *participant) verbs() map[string]verb {
	verbs := map[string]verb{
		"join":      p.join,
		"publish":   p.publish,
		"unpublish": p.unpublish,
		"mute":      p.mute,
		"subscribe": p.subscribe,
		"sendData":  p.sendData,
		"sendText":  p.sendText,
		"sendBytes": p.sendBytes,
		"call":      p.perform,
		"callError": p.performError,
		"loseSignal": func(call) (any, error) {
			p.room.Simulate(lksdk.SimulateSignalReconnect)
			return nil, nil
		},
		"permit":  p.permit,
		"roomApi": func(c call) (any, error) { return roomApi(c.text(0), c.text(1), c.Args[2], c.text(3)) },
		"webhook": func(c call) (any, error) { return receiveWebhook(c.text(0), c.text(1)) },
		"stats":   p.stats,
		"leave": func(call) (any, error) {
			if p.room != nil {
				p.room.Disconnect()
			}
			return nil, nil
		},
	}
	names := []string{"verbs"}
	for name := range verbs {
		names = append(names, name)
	}
	verbs["verbs"] = func(call) (any, error) { return names, nil }
	return verbs
}

func about(publication lksdk.TrackPublication, who lksdk.Participant) fields {
	return fields{
		"identity": who.Identity(),
		"source":   strings.ToLower(publication.Source().String()),
		"muted":    publication.IsMuted(),
	}
}

func (p *participant) callback() *lksdk.RoomCallback {
	callback := lksdk.NewRoomCallback()
	callback.OnParticipantConnected = func(who *lksdk.RemoteParticipant) { tell("joined", fields{"identity": who.Identity()}) }
	callback.OnParticipantDisconnected = func(who *lksdk.RemoteParticipant) { tell("left", fields{"identity": who.Identity()}) }
	callback.OnReconnecting = func() { tell("reconnecting", nil) }
	callback.OnReconnected = func() { tell("reconnected", nil) }
	callback.OnDisconnectedWithReason = func(lksdk.DisconnectionReason) {
		tell("disconnected", fields{"reason": p.room.DisconnectReason()})
	}
	remote := func(event string) func(*lksdk.RemoteTrackPublication, *lksdk.RemoteParticipant) {
		return func(publication *lksdk.RemoteTrackPublication, who *lksdk.RemoteParticipant) {
			tell(event, about(publication, who))
		}
	}
	callback.OnTrackPublished = remote("published")
	callback.OnTrackUnpublished = remote("unpublished")
	any := func(event string) func(lksdk.TrackPublication, lksdk.Participant) {
		return func(publication lksdk.TrackPublication, who lksdk.Participant) {
			if who.Identity() != p.room.LocalParticipant.Identity() {
				tell(event, about(publication, who))
			}
		}
	}
	callback.OnTrackMuted = any("muted")
	callback.OnTrackUnmuted = any("unmuted")
	callback.OnTrackUnsubscribed = func(_ *webrtc.TrackRemote, publication *lksdk.RemoteTrackPublication, who *lksdk.RemoteParticipant) {
		tell("unsubscribed", about(publication, who))
	}
	callback.OnTrackSubscribed = func(track *webrtc.TrackRemote, publication *lksdk.RemoteTrackPublication, who *lksdk.RemoteParticipant) {
		tell("subscribed", about(publication, who))
		go watch(track, about(publication, who))
	}
	callback.OnDataPacket = func(data lksdk.DataPacket, params lksdk.DataReceiveParams) {
		if user, ok := data.(*lksdk.UserDataPacket); ok {
			tell("data", fields{"identity": params.SenderIdentity, "text": string(user.Payload), "topic": user.Topic})
		}
	}
	return callback
}

// A frame is what ends with a marker.
func watch(track *webrtc.TrackRemote, which fields) {
	frames, packets, toldAt := 0, 0, time.Time{}
	for {
		rtp, _, err := track.ReadRTP()
		if err != nil {
			return
		}
		packets++
		if rtp.Marker {
			frames++
		}
		if now := time.Now(); now.Sub(toldAt) >= sampleEvery {
			toldAt = now
			sample := fields{"identity": which["identity"], "source": which["source"]}
			if track.Kind() == webrtc.RTPCodecTypeAudio {
				sample["energy"] = packets
			} else {
				sample["frames"] = frames
			}
			tell("media", sample)
		}
	}
}

func digest(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

func (p *participant) join(c call) (any, error) {
	wanted := struct{ Single, AutoSubscribe bool }{true, true}
	c.read(2, &wanted)
	options := []lksdk.ConnectOption{
		lksdk.WithLogger(protologger.GetDiscardLogger()), lksdk.WithAutoSubscribe(wanted.AutoSubscribe),
	}
	if wanted.Single {
		options = append(options, lksdk.WithSinglePeerConnection())
	}
	room := lksdk.NewRoom(p.callback())
	p.room = room
	if err := room.RegisterTextStreamHandler("text", func(reader *lksdk.TextStreamReader, identity string) {
		text := reader.ReadAll()
		tell("text", fields{"identity": identity, "length": len(text), "sha256": digest([]byte(text))})
	}); err != nil {
		return nil, err
	}
	if err := room.RegisterByteStreamHandler("bytes", func(reader *lksdk.ByteStreamReader, identity string) {
		data := reader.ReadAll()
		tell("bytes", fields{"identity": identity, "length": len(data), "sha256": digest(data)})
	}); err != nil {
		return nil, err
	}
	if err := room.RegisterRpcMethod("echo", func(data lksdk.RpcInvocationData) (string, error) {
		return fmt.Sprintf("%s said %s", data.CallerIdentity, data.Payload), nil
	}); err != nil {
		return nil, err
	}
	if err := room.JoinWithToken(c.text(0), c.text(1), options...); err != nil {
		return nil, err
	}
	for _, who := range room.GetRemoteParticipants() {
		tell("joined", fields{"identity": who.Identity()})
		for _, publication := range who.TrackPublications() {
			tell("published", about(publication, who))
		}
	}
	return nil, nil
}

func (p *participant) publication(identity, source string) (*lksdk.RemoteTrackPublication, error) {
	if who := p.room.GetParticipantByIdentity(identity); who != nil {
		if publication, ok := who.GetTrackPublication(sources[source]).(*lksdk.RemoteTrackPublication); ok && publication != nil {
			return publication, nil
		}
	}
	return nil, fmt.Errorf("%s has no %s", identity, source)
}

func (p *participant) own(source string) (*lksdk.LocalTrackPublication, error) {
	p.lock.Lock()
	defer p.lock.Unlock()
	if publication := p.published[source]; publication != nil {
		return publication, nil
	}
	return nil, fmt.Errorf("no %s of our own", source)
}

func (p *participant) publish(c call) (any, error) {
	source := c.text(0)
	track, err := newFilmed(p.media, source)
	if err != nil {
		return nil, err
	}
	options := &lksdk.TrackPublicationOptions{Name: source, Source: sources[source]}
	if source == "camera" {
		options.VideoWidth, options.VideoHeight = 320, 180
	}
	publication, err := p.room.LocalParticipant.PublishTrack(track, options)
	if err != nil {
		return nil, err
	}
	p.lock.Lock()
	defer p.lock.Unlock()
	p.published[source] = publication
	return nil, nil
}

func (p *participant) unpublish(c call) (any, error) {
	publication, err := p.own(c.text(0))
	if err != nil {
		return nil, err
	}
	return nil, p.room.LocalParticipant.UnpublishTrack(publication.SID())
}

func (p *participant) mute(c call) (any, error) {
	publication, err := p.own(c.text(0))
	if err != nil {
		return nil, err
	}
	publication.SetMuted(c.flag(1))
	return nil, nil
}

func (p *participant) subscribe(c call) (any, error) {
	publication, err := p.publication(c.text(0), c.text(1))
	if err != nil {
		return nil, err
	}
	return nil, publication.SetSubscribed(c.flag(2))
}

func (p *participant) sendData(c call) (any, error) {
	var options struct {
		Lossy bool
		To    []string
		Topic string
	}
	c.read(1, &options)
	data := lksdk.UserData([]byte(c.text(0)))
	data.Topic = options.Topic
	return nil, p.room.LocalParticipant.PublishDataPacket(data,
		lksdk.WithDataPublishReliable(!options.Lossy), lksdk.WithDataPublishDestination(options.To))
}

func (p *participant) sendText(c call) (any, error) {
	size := c.number(0)
	p.room.LocalParticipant.SendText(strings.Repeat("parley ", size/7+1)[:size],
		lksdk.StreamTextOptions{Topic: "text", DestinationIdentities: c.list(1)})
	return nil, nil
}

// Byte i is i * 7 + (i >> 8), modulo 256, in every SDK.
func pattern(size int) []byte {
	data := make([]byte, size)
	for i := range data {
		data[i] = byte(i*7 + i>>8)
	}
	return data
}

func (p *participant) sendBytes(c call) (any, error) {
	size := c.number(0)
	done := make(chan struct{})
	finish := func() { close(done) }
	writer := p.room.LocalParticipant.StreamBytes(
		lksdk.StreamBytesOptions{Topic: "bytes", DestinationIdentities: c.list(1), TotalSize: uint64(size)})
	writer.Write(pattern(size), &finish)
	<-done
	writer.Close()
	return nil, nil
}

func (p *participant) perform(c call) (any, error) {
	response, err := p.room.LocalParticipant.PerformRpc(
		lksdk.PerformRpcParams{DestinationIdentity: c.text(0), Method: "echo", Payload: c.text(1)})
	return response, err
}

func (p *participant) performError(c call) (any, error) {
	_, err := p.room.LocalParticipant.PerformRpc(lksdk.PerformRpcParams{DestinationIdentity: c.text(0), Method: c.text(1)})
	if rpc, ok := err.(*lksdk.RpcError); ok {
		return fields{"code": rpc.Code, "message": rpc.Message}, nil
	}
	return nil, err
}

func (p *participant) permit(c call) (any, error) {
	permission := &livekit.SubscriptionPermission{AllParticipants: c.flag(0)}
	for _, identity := range c.list(1) {
		permission.TrackPermissions = append(permission.TrackPermissions,
			&livekit.TrackPermission{ParticipantIdentity: identity, AllTracks: true})
	}
	p.room.LocalParticipant.SetSubscriptionPermission(permission)
	return nil, nil
}

func (p *participant) stats(call) (any, error) {
	connections := map[string]*webrtc.PeerConnection{
		"publisher":  p.room.LocalParticipant.GetPublisherPeerConnection(),
		"subscriber": p.room.LocalParticipant.GetSubscriberPeerConnection(),
	}
	stats := fields{}
	for name, connection := range connections {
		if connection != nil {
			stats[name] = connection.GetStats()
		}
	}
	return stats, nil
}
