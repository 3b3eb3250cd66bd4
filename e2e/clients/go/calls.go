// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"sync"
	"time"

	protologger "github.com/livekit/protocol/logger"
	lksdk "github.com/livekit/server-sdk-go/v2"
	"github.com/pion/webrtc/v4"
	"github.com/pion/webrtc/v4/pkg/media"
)

const (
	opusInterval = 60 * time.Millisecond
	joinsAtOnce  = 4
	joinAttempts = 5 // the SDK gives up after seconds, which a busy machine may need
)

// opusSilence is 60 ms: what arrives counts, not how it sounds.
var opusSilence = []byte{0x18, 0xff, 0xfe}

// caller is one of the two in a call, and what it met with since the last mark.
type caller struct {
	lock     sync.Mutex
	room     *lksdk.Room
	Room     string   `json:"room"`
	Identity string   `json:"identity"`
	Sids     []string `json:"sids"`     // of its sessions
	GapMs    int64    `json:"gapMs"`    // the longest time without a packet of the other
	SilentMs int64    `json:"silentMs"` // the time since the last one
	Resumed  int      `json:"resumed"`  // reconnects that kept the session
	Cut      string   `json:"cut"`      // why the SDK gave up
	heardAt  time.Time
}

func (c *caller) join(url string) error {
	callback := lksdk.NewRoomCallback()
	callback.OnReconnected = c.onReconnected
	callback.OnDisconnectedWithReason = func(reason lksdk.DisconnectionReason) {
		c.lock.Lock()
		defer c.lock.Unlock()
		c.Cut = string(reason)
	}
	callback.OnTrackSubscribed = func(track *webrtc.TrackRemote, _ *lksdk.RemoteTrackPublication, _ *lksdk.RemoteParticipant) {
		go c.listen(track)
	}
	room, err := lksdk.ConnectToRoom(url, lksdk.ConnectInfo{
		APIKey: "devkey", APISecret: "secret", RoomName: c.Room, ParticipantIdentity: c.Identity,
	}, callback, lksdk.WithLogger(protologger.GetDiscardLogger()))
	if err != nil {
		return err
	}
	c.lock.Lock()
	c.room, c.Sids = room, []string{room.LocalParticipant.SID()}
	c.lock.Unlock()
	track, err := lksdk.NewLocalTrack(webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeOpus, ClockRate: 48000, Channels: 2})
	if err != nil {
		return err
	}
	go func() {
		for range time.Tick(opusInterval) {
			_ = track.WriteSample(media.Sample{Data: opusSilence, Duration: opusInterval}, nil) // fails while it is not bound
		}
	}()
	_, err = room.LocalParticipant.PublishTrack(track, &lksdk.TrackPublicationOptions{Source: sources["microphone"]})
	return err
}

func (c *caller) onReconnected() {
	sid := c.room.LocalParticipant.SID()
	c.lock.Lock()
	defer c.lock.Unlock()
	if slices.Contains(c.Sids, sid) {
		c.Resumed++
	} else {
		c.Sids = append(c.Sids, sid)
	}
}

func (c *caller) listen(track *webrtc.TrackRemote) {
	for {
		if _, _, err := track.ReadRTP(); err != nil {
			return
		}
		c.lock.Lock()
		now := time.Now()
		if !c.heardAt.IsZero() {
			c.GapMs = max(c.GapMs, now.Sub(c.heardAt).Milliseconds())
		}
		c.heardAt = now
		c.lock.Unlock()
	}
}

// tell has the pause that goes on as well.
func (c *caller) tell() json.RawMessage {
	c.lock.Lock()
	defer c.lock.Unlock()
	c.SilentMs = time.Since(c.heardAt).Milliseconds()
	c.GapMs = max(c.GapMs, c.SilentMs)
	told, err := json.Marshal(c)
	if err != nil {
		panic(err)
	}
	return told
}

func (c *caller) mark() {
	c.lock.Lock()
	defer c.lock.Unlock()
	c.GapMs, c.Resumed = 0, 0
}

func (c *caller) leave() {
	if c.room != nil {
		c.room.Disconnect()
	}
}

// holdCalls has two participants in each room, who send each other an Opus packet each 60 ms. It says {"ready"} when all have joined, then reads
// lines: mark begins to count anew, tell writes what each of them met with, leave ends all calls.
func holdCalls(url string, rooms []string) {
	var callers []*caller
	for _, room := range rooms {
		for _, identity := range []string{"alice", "bob"} {
			callers = append(callers, &caller{Room: room, Identity: identity})
		}
	}
	each := func(action func(*caller)) {
		var all sync.WaitGroup
		slots := make(chan struct{}, joinsAtOnce)
		for _, c := range callers {
			slots <- struct{}{}
			all.Go(func() {
				action(c)
				<-slots
			})
		}
		all.Wait()
	}
	each(func(c *caller) {
		err := c.join(url)
		for attempt := 1; err != nil && attempt < joinAttempts; attempt++ {
			err = c.join(url)
		}
		if err != nil {
			write(fields{"error": fmt.Sprintf("%s of %s: %v", c.Identity, c.Room, err)})
		}
	})
	write(fields{"ready": len(callers)})
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		switch lines.Text() {
		case "mark":
			each((*caller).mark)
			write(fields{"marked": true})
		case "tell":
			told := []json.RawMessage{}
			for _, c := range callers {
				told = append(told, c.tell())
			}
			write(fields{"callers": told})
		case "leave":
			each((*caller).leave)
			write(fields{"left": true})
		}
	}
}
