package bindery

import (
	"encoding/json/jsontext"
	"encoding/json/v2"
	"math"
	"strconv"
	"time"
)

// How every value is written. The order of a map's keys must not change when a job is fed its
// journal again; bytes that are no UTF-8, as some programs print them, are replaced.
var written = json.JoinOptions(json.Deterministic(true), jsontext.AllowInvalidUTF8(true))

// Encode writes a value as JSON text; a JSON is taken as it is. An error has the code InvalidJson.
func Encode(value any) (JSON, error) {
	if text, ok := value.(JSON); ok {
		return text, nil
	}
	text, err := json.Marshal(value, written)
	if err != nil {
		return "", Errorf("InvalidJson", "%s", reason(err))
	}
	return JSON(text), nil
}

// Decode reads the text into what the pointer points to. An error has the code InvalidJson.
func (j JSON) Decode(into any) error {
	if err := json.Unmarshal([]byte(j), into); err != nil {
		return Errorf("InvalidJson", "%s", reason(err))
	}
	return nil
}

// Duration is a length of time in a reply. The contract counts whole milliseconds.
type Duration time.Duration

func (d Duration) String() string {
	return time.Duration(d).String()
}

// MarshalJSON writes whole milliseconds, rounded down; a negative length is an error.
func (d Duration) MarshalJSON() ([]byte, error) {
	if d < 0 {
		return nil, Errorf("InvalidArguments", "the length of time %s is negative", d)
	}
	return strconv.AppendInt(nil, time.Duration(d).Milliseconds(), 10), nil
}

// UnmarshalJSON reads milliseconds; what is longer than a time.Duration can be is an error.
func (d *Duration) UnmarshalJSON(text []byte) error {
	var count uint64
	if err := json.Unmarshal(text, &count); err != nil {
		return err
	}
	if count > uint64(math.MaxInt64/time.Millisecond) {
		return Errorf("InvalidJson", "%d milliseconds are more than a time.Duration holds", count)
	}
	*d = Duration(time.Duration(count) * time.Millisecond)
	return nil
}
