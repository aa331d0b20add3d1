package bindery

import (
	"encoding/json/v2"
	"errors"
)

// Call carries out an operation by its name; the packages below this one do it with types. It passes
// arguments, an object (nil for none), and reads the reply into what the pointer reply points to
// (nil where there is none). What the host refuses is an *Error.
func Call(operation string, arguments, reply any) error {
	given := []byte("{}")
	if arguments != nil {
		text, err := json.Marshal(arguments, written)
		if failure, ok := errors.AsType[*Error](err); ok {
			return failure
		} else if err != nil {
			return Errorf("InvalidArguments", "`%s`: %s", operation, reason(err))
		}
		given = text
	}
	answer, refused := carryOut(operation, string(given))
	if refused {
		failure := &Error{}
		if err := json.Unmarshal(answer, failure); err != nil {
			return Errorf("InvalidJson", "`%s`: its error: %s", operation, reason(err))
		}
		return failure
	}
	if reply == nil {
		return nil
	}
	if err := json.Unmarshal(answer, reply); err != nil {
		return Errorf("InvalidJson", "`%s`: its reply: %s", operation, reason(err))
	}
	return nil
}
