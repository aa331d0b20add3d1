package children

import (
	"encoding/json/v2"
	"testing"
)

func TestATargetIsSpelledAsTheContractSpellsIt(t *testing.T) {
	rows := map[string]Target{
		`"sandbox"`:       TargetSandbox(),
		`{"group":"web"}`: TargetGroup("web"),
		`{"computer":""}`: TargetComputer(""),
	}
	for spelled, target := range rows {
		text, err := json.Marshal(target)
		if err != nil || string(text) != spelled {
			t.Errorf("%s: %s %v", spelled, text, err)
		}
		var back Target
		if err := json.Unmarshal(text, &back); err != nil || back != target {
			t.Errorf("%s: %v %v", spelled, back, err)
		}
	}
	if group, ok := TargetGroup("web").Group(); !ok || group != "web" {
		t.Error(group)
	}
	if computer, ok := TargetGroup("web").Computer(); ok {
		t.Error(computer)
	}
	if text, err := json.Marshal(Target{}); err == nil {
		t.Error(string(text))
	}
	for _, wrong := range []string{`"group"`, `"web"`, `{"group":1}`, `{"group":"a","computer":"b"}`, `1`, `null`, `{}`} {
		var back Target
		if err := json.Unmarshal([]byte(wrong), &back); err == nil {
			t.Errorf("%s: %v", wrong, back)
		}
	}
}
