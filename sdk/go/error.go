package bindery

import (
	"fmt"
)

// Code is the stable code of an error. It is itself an error, for errors.Is:
//
//	if errors.Is(err, bindery.Code("JobStopping")) {
type Code string

func (c Code) Error() string {
	return string(c)
}

// The error of every operation outside of a runbook.
const notInRunbook = Code("NotInRunbook")

// Errorf makes an error with a code of yours; the rest is as for fmt.Sprintf. Returned from the
// runbook it makes the job Failed.
func Errorf(code Code, format string, values ...any) *Error {
	return &Error{Code: string(code), Message: fmt.Sprintf(format, values...)}
}

// With sets the details, and returns the same error. What cannot be written as JSON is left out.
func (e *Error) With(details any) *Error {
	e.Details, _ = Encode(details)
	return e
}

func (e *Error) Error() string {
	return fmt.Sprintf("%s (%s)", e.Message, e.Code)
}

// Is says whether target is the Code of this error.
func (e *Error) Is(target error) bool {
	code, ok := target.(Code)
	return ok && string(code) == e.Code
}
