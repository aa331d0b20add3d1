package main

import (
	"testing"

	"bindery/http"
)

func TestAnAnswerIsWellWithItsStatusAndItsText(t *testing.T) {
	rows := []struct {
		answer http.Response
		wrong  string
	}{
		{http.Response{Status: 200, Body: "status: ok"}, ""},
		{http.Response{Status: 200, Body: "starting"}, "its answer lacks the text ok"},
		{http.Response{Status: 503, Body: "ok"}, "it answers with the status 503"},
	}
	for _, row := range rows {
		if wrong := judge(row.answer, "ok"); wrong != row.wrong {
			t.Errorf("%+v: %q", row.answer, wrong)
		}
	}
}
