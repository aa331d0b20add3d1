package bindery

import (
	"strings"
	"testing"
	"time"
)

type window struct {
	Start time.Time `json:"start"`
	Hours Duration  `json:"hours,omitzero"`
}

type common struct {
	Group string `json:"group" enum:"[\"web\", \"db\"]"`
}

type described struct {
	common
	DaysMax  int               `json:"daysMax" description:"Warn of older ones." default:"30" minimum:"0"`
	Prefix   string            `json:"prefix" default:"7" pattern:"^[0-9]$"`
	Share    *float64          `json:"share"`
	Names    []string          `json:"names,omitempty"`
	Labels   map[string]string `json:"labels,omitzero"`
	Windows  []window          `json:"windows"`
	hidden   int
	Internal int `json:"-"`
}

func TestTheSchemaIsThatOfTheType(t *testing.T) {
	schema, err := Schema(described{})
	expected := `{"type":"object","properties":{` +
		`"group":{"type":"string","enum":["web", "db"]},` +
		`"daysMax":{"type":"integer","description":"Warn of older ones.","default":30,"minimum":0},` +
		`"prefix":{"type":"string","default":"7","pattern":"^[0-9]$"},` +
		`"share":{"type":"number"},` +
		`"names":{"type":"array","items":{"type":"string"}},` +
		`"labels":{"type":"object","additionalProperties":{"type":"string"}},` +
		`"windows":{"type":"array","items":{"type":"object","properties":{` +
		`"start":{"type":"string","format":"date-time"},"hours":{"type":"integer","minimum":0}},` +
		`"required":["start"],"additionalProperties":false}}},` +
		`"required":["group","windows"],"additionalProperties":false}`
	if err != nil || string(schema) != strings.ReplaceAll(expected, `"web", `, `"web",`) {
		t.Errorf("%v\n%s\n%s", err, schema, expected)
	}
}

func TestTheValuesOfRunWithAreDefaults(t *testing.T) {
	type two struct {
		Days     int    `json:"days"`
		Security bool   `json:"security"`
		Group    string `json:"group,omitzero"`
	}
	schema, err := Schema(two{Days: 7})
	expected := `{"type":"object","properties":{"days":{"type":"integer","default":7},` +
		`"security":{"type":"boolean","default":false},"group":{"type":"string"}},` +
		`"additionalProperties":false}`
	if err != nil || string(schema) != expected {
		t.Errorf("%v\n%s", err, schema)
	}
	if schema, err = Schema(struct{}{}); string(schema) != `{"type":"object","properties":{},"additionalProperties":false}` {
		t.Errorf("%v\n%s", err, schema)
	}
}

type chain struct {
	Next *chain `json:"next"`
}

func TestATypeWithoutASchemaIsNamed(t *testing.T) {
	of := func(_ JSON, err error) error { return err }
	rows := map[string]error{
		"stands in itself":                of(Schema(chain{})),
		"is no struct":                    of(Schema(3)),
		"`f`: func() has no JSON Schema":  of(Schema(struct{ F func() `json:"f"` }{})),
		"`n`: its default no does not fit": of(Schema(struct {
			N int `json:"n" default:"no"`
		}{})),
	}
	for expected, err := range rows {
		if err == nil || !strings.Contains(strings.ReplaceAll(err.Error(), `"no"`, "no"), expected) {
			t.Errorf("%s: %v", expected, err)
		}
	}
}
