// Command {{package}} lists the updates that this computer lacks.
package main

import (
	"bindery"
	"bindery/streams"
	"bindery/updates"
)

// Params are the parameters of the job; their schema is made from this type.
type Params struct {
	SecurityOnly bool `json:"securityOnly" default:"false" description:"List only security updates."`
}

// Result is the result of the job.
type Result struct {
	Missing int `json:"missing"`
}

func main() { bindery.Run(list) }

func list(params Params) (Result, error) {
	assessment, err := updates.Assess()
	if err != nil {
		return Result{}, err
	}
	result := Result{}
	for _, update := range assessment.Missing {
		if params.SecurityOnly && update.Classification != updates.ClassificationSecurity {
			continue
		}
		streams.Outputf("%s is missing", update.Title)
		result.Missing++
	}
	return result, nil
}
