package bindery

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"
)

// calls lists what the host was asked, and answers by operation.
func calls(t *testing.T, answers map[string]string) *[]string {
	t.Helper()
	var asked []string
	before := carryOut
	carryOut = func(operation, arguments string) ([]byte, bool) {
		asked = append(asked, operation+" "+arguments)
		answer, ok := answers[operation]
		if !ok {
			return []byte("null"), false
		}
		return []byte(strings.TrimPrefix(answer, "!")), strings.HasPrefix(answer, "!")
	}
	t.Cleanup(func() { carryOut = before })
	return &asked
}

type params struct {
	Days   int      `json:"days"`
	Groups []string `json:"groups"`
}

func TestTheResultAndTheErrorOfTheRunbookAreTold(t *testing.T) {
	denied := &Error{Code: "GrantDenied", Message: "no"}
	rows := []struct {
		result any
		err    error
		told   string
	}{
		{map[string]int{"b": 2, "a": 1}, nil, `job.result {"value":"{\"a\":1,\"b\":2}"}`},
		{[]string(nil), nil, `job.result {"value":"[]"}`},
		{nil, nil, ""},
		{struct{}{}, nil, ""},
		{nil, denied, `job.failure {"error":{"code":"GrantDenied","message":"no"}}`},
		{nil, fmt.Errorf("planning: %w", denied),
			`job.failure {"error":{"code":"GrantDenied","message":"planning: no (GrantDenied)"}}`},
		{nil, errors.New("out of luck"), `job.failure {"error":{"code":"GuestFailed","message":"out of luck"}}`},
		{nil, Errorf("DiskFull", "%d MB", 3).With(map[string]int{"rc": 1}),
			`job.failure {"error":{"code":"DiskFull","message":"3 MB","details":"{\"rc\":1}"}}`},
		{make(chan int), nil,
			`job.failure {"error":{"code":"InvalidJson","message":"cannot marshal from Go chan int"}}`},
	}
	for _, row := range rows {
		asked := calls(t, map[string]string{"job.parameters": `"{}"`})
		code := enter(func(JSON) (any, error) { return row.result, row.err })
		told := strings.Join((*asked)[1:], "\n")
		if told != row.told || (code != 0) != strings.HasPrefix(row.told, "job.failure") {
			t.Errorf("%v, %v: %d %s", row.result, row.err, code, told)
		}
	}
}

func TestAPanicIsTheFailureAndStaysAPanic(t *testing.T) {
	asked := calls(t, map[string]string{"job.parameters": `"{}"`})
	defer func() {
		if recover() == nil || !strings.Contains((*asked)[1], "the runbook panicked: oh; see") {
			t.Error(*asked)
		}
	}()
	enter(func(JSON) (any, error) { panic("oh") })
}

func TestAParameterThatDoesNotFitIsNamed(t *testing.T) {
	rows := []struct{ text, message string }{
		{`{"days":"x"}`, "the parameter `days` does not fit: it must be a number of the type int, and is a string"},
		{`{"groups":["a",1]}`, "the parameter `groups.1` does not fit: it must be a string, and is a number"},
		{`{"Days":1}`, "the parameter `Days` does not fit: bindery.params has no field with the tag `json:\"Days\"`"},
		{`{"days":1.5}`, "the parameter `days` does not fit: "},
		{`[]`, "the parameters do not fit: "},
		{`{`, "the parameters do not fit: "},
	}
	for _, row := range rows {
		err := fit(JSON(row.text), &params{})
		failure, ok := errors.AsType[*Error](err)
		if !ok || failure.Code != "InvalidParameters" || !strings.HasPrefix(failure.Message, row.message) {
			t.Errorf("%s: %v", row.text, err)
		}
	}
	if err := fit(`{"days":1}`, &struct{}{}); err == nil || !strings.Contains(err.Error(), "the runbook takes none") {
		t.Error(err)
	}
	given := params{Days: 30}
	if err := fit(`{"groups":["web"]}`, &given); err != nil || given.Days != 30 || given.Groups[0] != "web" {
		t.Error(err, given)
	}
}

func TestARefusalKeepsItsCode(t *testing.T) {
	calls(t, map[string]string{"power.reboot": `!{"code":"JobStopping","message":"stop","details":"{\"a\":1}"}`})
	err := Call("power.reboot", nil, nil)
	var details struct {
		A int `json:"a"`
	}
	failure, ok := errors.AsType[*Error](fmt.Errorf("while idle: %w", err))
	if !ok || !errors.Is(err, Code("JobStopping")) || errors.Is(err, Code("NotFound")) {
		t.Fatal(err)
	}
	if err := failure.Details.Decode(&details); err != nil || details.A != 1 {
		t.Error(err, details)
	}
}

func TestLengthsOfTimeAreWholeMilliseconds(t *testing.T) {
	text, err := Encode(Duration(1999 * time.Microsecond))
	if err != nil || text != "1" {
		t.Error(text, err)
	}
	err = Call("clock.sleep", map[string]Duration{"duration": -1}, nil)
	if !errors.Is(err, Code("InvalidArguments")) {
		t.Error(err)
	}
	var length Duration
	longest := fmt.Sprint(math.MaxInt64 / int64(time.Millisecond))
	if err := JSON(longest).Decode(&length); err != nil || fmt.Sprint(time.Duration(length).Milliseconds()) != longest {
		t.Error(err, length)
	}
	for _, text := range []JSON{"18446744073709551615", "9223372036855", "-1", "1.5", `"1"`} {
		if err := text.Decode(&length); err == nil {
			t.Error(text, length)
		}
	}
}

func TestWhatIsNoUTF8IsReplaced(t *testing.T) {
	text, err := Encode("a\xffb")
	if err != nil || text != `"a�b"` {
		t.Error(text, err)
	}
}
