// Command patch_posttask asks a service for its health until it is well again. It changes nothing.
package main

import (
	"fmt"
	"strings"
	"time"

	"bindery"
	"bindery/http"
	"bindery/streams"
	"bindery/timers"
)

// The steps in which it waits, and how long one answer may take.
const (
	step  = 10 * time.Second
	limit = 5 * time.Second
)

// Params are the parameters of the job; their schema is made from this type.
type Params struct {
	URL         string `json:"url" description:"What the service answers; its host is granted." format:"uri"`
	Contains    string `json:"contains" default:"" description:"A text that the answer must have."`
	WaitSeconds int    `json:"waitSeconds" default:"300" minimum:"0" maximum:"3600" description:"How long the service may take to come up."`
}

// Result says how often it had to ask.
type Result struct {
	Attempts int `json:"attempts"`
}

func main() { bindery.Run(check) }

func check(params Params) (Result, error) {
	end := time.Now().Add(time.Duration(params.WaitSeconds) * time.Second)
	for attempt := 1; ; attempt++ {
		wrong, err := ask(params)
		if err != nil {
			return Result{}, err
		}
		if wrong == "" {
			streams.Outputf("%s answers as it should", params.URL)
			return Result{Attempts: attempt}, nil
		}
		streams.Verbosef("attempt %d: %s", attempt, wrong)
		left := time.Until(end)
		if left <= 0 {
			return Result{}, bindery.Errorf("ServiceDown", "%s: %s", params.URL, wrong)
		}
		if err := timers.Sleep(min(step, left)); err != nil {
			return Result{}, err
		}
	}
}

// ask asks once, and says what is wrong with the answer.
func ask(params Params) (wrong string, err error) {
	answer, err := http.Send(params.URL, "GET", nil, limit, nil, nil)
	if failure, ok := err.(*bindery.Error); ok && (failure.Code == "Unreachable" || failure.Code == "TimedOut") {
		return failure.Message, nil
	}
	if err != nil {
		return "", err
	}
	return judge(answer, params.Contains), nil
}

// judge says what is wrong with an answer.
func judge(answer http.Response, contains string) string {
	switch {
	case answer.Status != 200:
		return fmt.Sprintf("it answers with the status %d", answer.Status)
	case !strings.Contains(answer.Body, contains):
		return "its answer lacks the text " + contains
	}
	return ""
}
