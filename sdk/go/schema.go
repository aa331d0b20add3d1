//go:build !wasip1

package bindery

import (
	"encoding/json/jsontext"
	"encoding/json/v2"
	"fmt"
	"os"
	"reflect"
	"strings"
	"time"
)

// The argument with which a runbook, run on your own computer, prints the schema of its parameters.
const schemaArgument = "schema"

// The keywords of JSON Schema that are tags of a field; their values are JSON, or a plain string.
var keywords = []string{
	"title", "description", "default", "enum", "minimum", "maximum", "multipleOf", "minLength", "maxLength",
	"pattern", "format", "minItems", "maxItems", "uniqueItems",
}

// describe prints the schema of P if that is what the program is called for.
func describe[P any](defaults P) {
	if len(os.Args) != 2 || os.Args[1] != schemaArgument {
		return
	}
	schema, err := Schema(defaults)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println(schema)
	os.Exit(0)
}

// Schema is the JSON Schema of a runbook's parameters, made from their type P. It is what a program
// with [Run] prints when it is run on your own computer as `go run . schema`.
//
// A field may have the tags title, description, default, enum, minimum, maximum, multipleOf,
// minLength, maxLength, pattern, format, minItems, maxItems and uniqueItems, each with JSON or a plain
// string:
//
//	DaysMax int `json:"daysMax" description:"Warn of older ones." default:"30" minimum:"0"`
//
// A field must be given unless it has a default, is a pointer, or has omitzero or omitempty. The
// values of defaults are defaults, too, unless it is all zero.
func Schema[P any](defaults P) (JSON, error) {
	kind := reflect.TypeFor[P]()
	if kind.Kind() != reflect.Struct {
		return "", Errorf("NoSchema", "%s is no struct: write the schema in runbook.toml", kind)
	}
	schema, err := structOf(kind, reflect.ValueOf(defaults), nil)
	if err != nil {
		return "", Errorf("NoSchema", "%s: %s", kind, err)
	}
	return Encode(schema)
}

// object is a JSON object whose keys keep their order.
type object struct {
	keys   []string
	values map[string]any
}

func (o *object) set(key string, value any) {
	if o.values == nil {
		o.values = map[string]any{}
	}
	if _, there := o.values[key]; !there {
		o.keys = append(o.keys, key)
	}
	o.values[key] = value
}

// MarshalJSONTo writes the keys in the order in which they were set.
func (o *object) MarshalJSONTo(out *jsontext.Encoder) error {
	if err := out.WriteToken(jsontext.BeginObject); err != nil {
		return err
	}
	for _, key := range o.keys {
		if err := out.WriteToken(jsontext.String(key)); err != nil {
			return err
		}
		if err := json.MarshalEncode(out, o.values[key]); err != nil {
			return err
		}
	}
	return out.WriteToken(jsontext.EndObject)
}

// schemaOf is the schema of a type; within are the structs that it stands in.
func schemaOf(kind reflect.Type, within []reflect.Type) (*object, error) {
	schema := &object{}
	switch kind {
	case reflect.TypeFor[jsontext.Value](), reflect.TypeFor[any]():
		return schema, nil
	case reflect.TypeFor[time.Time]():
		schema.set("type", "string")
		schema.set("format", "date-time")
		return schema, nil
	case reflect.TypeFor[Duration]():
		schema.set("type", "integer")
		schema.set("minimum", 0)
		return schema, nil
	}
	switch kind.Kind() {
	case reflect.Bool:
		schema.set("type", "boolean")
	case reflect.String:
		schema.set("type", "string")
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		schema.set("type", "integer")
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		schema.set("type", "integer")
		schema.set("minimum", 0)
	case reflect.Float32, reflect.Float64:
		schema.set("type", "number")
	case reflect.Pointer:
		return schemaOf(kind.Elem(), within)
	case reflect.Slice, reflect.Array:
		return listOf(kind, within)
	case reflect.Map:
		held, err := schemaOf(kind.Elem(), within)
		schema.set("type", "object")
		schema.set("additionalProperties", held)
		return schema, err
	case reflect.Struct:
		return structOf(kind, reflect.Zero(kind), within)
	default:
		return nil, fmt.Errorf("%s has no JSON Schema", kind)
	}
	return schema, nil
}

func listOf(kind reflect.Type, within []reflect.Type) (*object, error) {
	schema := &object{}
	if kind.Elem().Kind() == reflect.Uint8 {
		schema.set("type", "string")
		schema.set("contentEncoding", "base64")
		return schema, nil
	}
	items, err := schemaOf(kind.Elem(), within)
	schema.set("type", "array")
	schema.set("items", items)
	return schema, err
}

func structOf(kind reflect.Type, defaults reflect.Value, within []reflect.Type) (*object, error) {
	for _, outer := range within {
		if outer == kind {
			return nil, fmt.Errorf("%s stands in itself: write its schema in runbook.toml", kind)
		}
	}
	schema, properties := &object{}, &object{}
	schema.set("type", "object")
	given := !defaults.IsZero()
	var required []string
	for field := range fieldsOf(kind) {
		property, err := schemaOf(field.Type, append(within, kind))
		if err == nil {
			err = addKeywords(property, field.StructField)
		}
		if err != nil {
			return nil, fmt.Errorf("`%s`: %w", field.key, err)
		}
		properties.set(field.key, property)
		_, has := property.values["default"]
		if value := defaults.FieldByIndex(field.Index); given && !has && !(field.optional && value.IsZero()) {
			text, err := Encode(value.Interface())
			if err != nil {
				return nil, err
			}
			property.set("default", jsontext.Value(text))
			has = true
		}
		if !has && !field.optional {
			required = append(required, field.key)
		}
	}
	schema.set("properties", properties)
	if required != nil {
		schema.set("required", required)
	}
	schema.set("additionalProperties", false)
	return schema, nil
}

// field is a field as JSON sees it.
type field struct {
	reflect.StructField
	key      string
	optional bool
}

// fieldsOf goes through the fields of a struct, and of those that are embedded in it.
func fieldsOf(kind reflect.Type) func(func(field) bool) {
	return func(yield func(field) bool) {
		for _, it := range reflect.VisibleFields(kind) {
			key, options, _ := strings.Cut(it.Tag.Get("json"), ",")
			inlined := it.Anonymous && key == ""
			if !it.IsExported() || key == "-" || inlined {
				continue
			}
			if key == "" {
				key = it.Name
			}
			omitted := strings.Contains(options, "omitzero") || strings.Contains(options, "omitempty")
			optional := omitted || it.Type.Kind() == reflect.Pointer
			if !yield(field{it, key, optional}) {
				return
			}
		}
	}
}

// addKeywords sets what the tags of a field say.
func addKeywords(property *object, field reflect.StructField) error {
	kind := field.Type
	if kind.Kind() == reflect.Pointer {
		kind = kind.Elem()
	}
	for _, keyword := range keywords {
		text, has := field.Tag.Lookup(keyword)
		if !has {
			continue
		}
		value := jsontext.Value(text)
		plain := keyword == "title" || keyword == "description" || keyword == "pattern" || keyword == "format"
		asString := keyword == "default" && kind.Kind() == reflect.String
		if plain || asString || !value.IsValid() {
			value, _ = json.Marshal(text)
		}
		if keyword == "default" {
			if err := json.Unmarshal(value, reflect.New(kind).Interface()); err != nil {
				return fmt.Errorf("its default %s does not fit: %s", value, reason(err))
			}
		}
		property.set(keyword, value)
	}
	return nil
}
