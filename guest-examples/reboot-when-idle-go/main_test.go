package main

import (
	"testing"
	"time"
)

func TestTheWaitEndsInTheQuietHour(t *testing.T) {
	rows := []struct {
		now  string
		hour int
		wait time.Duration
	}{
		{"2026-11-22T18:00:00Z", 18, 0},
		{"2026-11-22T18:59:59.999Z", 18, 0},
		{"2026-11-22T19:00:00Z", 18, 23*time.Hour + time.Millisecond},
		{"2026-11-22T18:30:00Z", 3, 8*time.Hour + 30*time.Minute + time.Millisecond},
		{"2026-11-22T23:59:59.9995Z", 0, time.Millisecond},
		{"2026-12-31T22:00:00+01:00", 22, time.Hour + time.Millisecond},
	}
	for _, row := range rows {
		now, err := time.Parse(time.RFC3339, row.now)
		if err != nil {
			t.Fatal(err)
		}
		wait := untilQuiet(now, row.hour)
		if wait != row.wait {
			t.Errorf("%s until %d: %s, and not %s", row.now, row.hour, wait, row.wait)
		}
		if hour := now.UTC().Add(wait).Hour(); hour != row.hour {
			t.Errorf("%s until %d: it ends in the hour %d", row.now, row.hour, hour)
		}
	}
}
