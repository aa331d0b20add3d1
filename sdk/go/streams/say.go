package streams

import "fmt"

// Outputf writes a line to Output; it takes what fmt.Sprintf takes. Like the others it returns no error:
// a line of more than 1 MiB is left out, and a Warning says so. Use Write where that matters.
func Outputf(format string, values ...any) {
	say(KindOutput, format, values)
}

// Warningf writes a line to Warning; it takes what fmt.Sprintf takes.
func Warningf(format string, values ...any) {
	say(KindWarning, format, values)
}

// Errorf writes a line to Error; it takes what fmt.Sprintf takes. The job does not fail by it.
func Errorf(format string, values ...any) {
	say(KindError, format, values)
}

// Verbosef writes a line to Verbose; it takes what fmt.Sprintf takes.
func Verbosef(format string, values ...any) {
	say(KindVerbose, format, values)
}

// Debugf writes a line to Debug; it takes what fmt.Sprintf takes.
func Debugf(format string, values ...any) {
	say(KindDebug, format, values)
}

func say(kind Kind, format string, values []any) {
	_ = Write(kind, fmt.Sprintf(format, values...))
}
