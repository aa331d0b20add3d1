package main

import (
	"encoding/json/jsontext"
	"encoding/json/v2"
	"fmt"
	"reflect"
	"strings"

	"bindery"
)

// decode reads arguments into the SDK's types: no key too many, and none that is needed lacking.
func decode(given []byte, into any) error {
	err := json.Unmarshal(given, into, json.RejectUnknownMembers(true))
	if err == nil {
		err = complete(reflect.TypeOf(into).Elem(), given, "arguments")
	}
	if err != nil {
		return bindery.Errorf("InvalidArguments", "%v", err)
	}
	return nil
}

// complete says which key is lacking that is no option.
func complete(kind reflect.Type, text jsontext.Value, at string) error {
	switch kind.Kind() {
	case reflect.Pointer:
		return complete(kind.Elem(), text, at)
	case reflect.Slice:
		var items []jsontext.Value
		if err := json.Unmarshal(text, &items); err != nil {
			return err
		}
		for nth, item := range items {
			if err := complete(kind.Elem(), item, fmt.Sprintf("%s[%d]", at, nth)); err != nil {
				return err
			}
		}
	case reflect.Struct:
		return completeObject(kind, text, at)
	}
	return nil
}

func completeObject(kind reflect.Type, text jsontext.Value, at string) error {
	var object map[string]jsontext.Value
	for field := range kind.Fields() {
		key, options, _ := strings.Cut(field.Tag.Get("json"), ",")
		if key == "" {
			continue
		}
		if object == nil {
			if err := json.Unmarshal(text, &object); err != nil {
				return err
			}
		}
		value, found := object[key]
		absent := !found || string(value) == "null"
		switch {
		case absent && options != "omitzero":
			return fmt.Errorf("%s has no key `%s`", at, key)
		case absent:
			continue
		}
		if err := complete(field.Type, value, at+"."+key); err != nil {
			return err
		}
	}
	return nil
}

// optional is a JSON that may be none.
func optional(text bindery.JSON) any {
	if text == "" {
		return nil
	}
	return text
}
