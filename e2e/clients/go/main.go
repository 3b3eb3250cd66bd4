// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0

// One participant with the Go SDK: the verbs of harness/verbs.js. Reads {"id", "verb", "args"} lines, answers each with a line
// {"id", "result"} or {"id", "error"}, and tells what happens in lines {"event", …}. Media comes from files, since the SDK has no
// encoder; it counts packets, since it has no decoder. As `client calls <url> <room>…` it is many participants: see calls.go.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"sync"
)

// fields of an event, or a result.
type fields map[string]any

// call is one request: its arguments are read by position, and those that are missing leave the default.
type call struct {
	Id   int               `json:"id"`
	Verb string            `json:"verb"`
	Args []json.RawMessage `json:"args"`
}

func (c call) read(i int, target any) {
	if i < len(c.Args) {
		if err := json.Unmarshal(c.Args[i], target); err != nil {
			panic(err)
		}
	}
}

func (c call) text(i int) (s string) { c.read(i, &s); return }
func (c call) number(i int) (n int)  { c.read(i, &n); return }
func (c call) flag(i int) (b bool)   { c.read(i, &b); return }
func (c call) list(i int) (l []string) {
	c.read(i, &l)
	return
}

var output sync.Mutex

func write(message fields) {
	line, err := json.Marshal(message)
	if err != nil {
		panic(err)
	}
	output.Lock()
	defer output.Unlock()
	fmt.Println(string(line))
}

func tell(event string, detail fields) {
	message := fields{"event": event}
	for name, value := range detail {
		message[name] = value
	}
	write(message)
}

func main() {
	if len(os.Args) > 2 && os.Args[1] == "calls" {
		holdCalls(os.Args[2], os.Args[3:])
		return
	}
	p := newParticipant(os.Getenv("PARLEY_MEDIA"))
	verbs := p.verbs()
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(make([]byte, 0, 1<<16), 1<<24)
	for lines.Scan() {
		var request call
		if err := json.Unmarshal(lines.Bytes(), &request); err != nil {
			panic(err)
		}
		go func() {
			reply := fields{"id": request.Id}
			if verb, ok := verbs[request.Verb]; !ok {
				reply["error"] = "no such verb: " + request.Verb
			} else if result, err := verb(request); err != nil {
				reply["error"] = err.Error()
			} else {
				reply["result"] = result
			}
			write(reply)
		}()
	}
}
