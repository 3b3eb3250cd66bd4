// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"time"

	lksdk "github.com/livekit/server-sdk-go/v2"
	"github.com/pion/webrtc/v4"
	"github.com/pion/webrtc/v4/pkg/media"
	"github.com/pion/webrtc/v4/pkg/media/ivfreader"
	"github.com/pion/webrtc/v4/pkg/media/oggreader"
)

const (
	frameDuration = 50 * time.Millisecond
	pageDuration  = 20 * time.Millisecond
)

// reader gives one sample after the other, or io.EOF.
type reader func() ([]byte, error)

// newFilmed is a track that plays its file over and over. Not the SDK's own track of a file, which ends with it, and which sent one
// frame a second of an IVF file.
func newFilmed(folder, source string) (*lksdk.LocalTrack, error) {
	if source == "camera" {
		track, err := lksdk.NewLocalTrack(webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeVP8, ClockRate: 90000})
		if err == nil {
			track.OnBind(func() { go play(track, filepath.Join(folder, "video.ivf"), frameDuration, frames) })
		}
		return track, err
	}
	track, err := lksdk.NewLocalTrack(webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeOpus, ClockRate: 48000, Channels: 2})
	if err == nil {
		track.OnBind(func() { go play(track, filepath.Join(folder, "audio.ogg"), pageDuration, pages) })
	}
	return track, err
}

func frames(file io.Reader) (reader, error) {
	ivf, _, err := ivfreader.NewWith(file)
	if err != nil {
		return nil, err
	}
	return func() ([]byte, error) {
		frame, _, err := ivf.ParseNextFrame()
		return frame, err
	}, nil
}

// Each page has one packet. The first after the header has tags.
func pages(file io.Reader) (reader, error) {
	ogg, _, err := oggreader.NewWith(file)
	if err != nil {
		return nil, err
	}
	if _, _, err = ogg.ParseNextPage(); err != nil {
		return nil, err
	}
	return func() ([]byte, error) {
		page, _, err := ogg.ParseNextPage()
		return page, err
	}, nil
}

func play(track *lksdk.LocalTrack, file string, duration time.Duration, open func(io.Reader) (reader, error)) {
	ticker := time.NewTicker(duration)
	defer ticker.Stop()
	for {
		if err := playOnce(track, file, ticker, duration, open); err != nil {
			return
		}
	}
}

func playOnce(
	track *lksdk.LocalTrack, file string, ticker *time.Ticker, duration time.Duration, open func(io.Reader) (reader, error),
) error {
	input, err := os.Open(file)
	if err != nil {
		panic(err)
	}
	defer input.Close()
	next, err := open(input)
	if err != nil {
		panic(err)
	}
	for range ticker.C {
		data, err := next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			panic(err)
		}
		if err = track.WriteSample(media.Sample{Data: data, Duration: duration}, nil); err != nil {
			return err // the track is gone
		}
	}
	return nil
}
