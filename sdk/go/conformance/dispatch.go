// Made from sdk/wit by `cargo xtask bless`. Do not edit.

package main

import (
	"time"

	"bindery"
	"bindery/assets"
	"bindery/assetsadmin"
	"bindery/children"
	"bindery/files"
	"bindery/filesadmin"
	"bindery/fleet"
	"bindery/fleetadmin"
	"bindery/http"
	"bindery/installer"
	"bindery/job"
	"bindery/power"
	"bindery/process"
	"bindery/records"
	"bindery/streams"
	"bindery/timers"
	"bindery/updates"
)

// operations decode the arguments, call the typed function, and return what it replies.
var operations = map[string]func(given []byte) (any, error){
	"job.context": func(given []byte) (any, error) {
		if err := decode(given, &struct{}{}); err != nil {
			return nil, err
		}
		return job.Context()
	},
	"job.parameters": func(given []byte) (any, error) {
		if err := decode(given, &struct{}{}); err != nil {
			return nil, err
		}
		return job.Parameters()
	},
	"job.remaining": func(given []byte) (any, error) {
		if err := decode(given, &struct{}{}); err != nil {
			return nil, err
		}
		reply, err := job.Remaining()
		return (*bindery.Duration)(reply), err
	},
	"job.result": func(given []byte) (any, error) {
		var arguments struct {
			Value bindery.JSON `json:"value"`
		}
		if err := decode(given, &arguments); err != nil {
			return nil, err
		}
		return nil, job.SetResult(arguments.Value)
	},
	"job.failure": func(given []byte) (any, error) {
		var arguments struct {
			Error bindery.Error `json:"error"`
		}
		if err := decode(given, &arguments); err != nil {
			return nil, err
		}
		return nil, job.SetFailure(arguments.Error)
	},
	"job.checkpoint": func(given []byte) (any, error) {
		var arguments struct {
			State bindery.JSON `json:"state"`
		}
		if err := decode(given, &arguments); err != nil {
			return nil, err
		}
		return nil, job.Checkpoint(arguments.State)
	},
	"job.restored": func(given []byte) (any, error) {
		if err := decode(given, &struct{}{}); err != nil {
			return nil, err
		}
		reply, err := job.Restored()
		return optional(reply), err
	},
	"stream.write": func(given []byte) (any, error) {
		var arguments struct {
			Kind streams.Kind `json:"kind"`
			Text string       `json:"text"`
		}
		if err := decode(given, &arguments); err != nil {
			return nil, err
		}
		return nil, streams.Write(arguments.Kind, arguments.Text)
	},
	"stream.value": func(given []byte) (any, error) {
		var arguments struct {
			Value bindery.JSON `json:"value"`
		}
		if err := decode(given, &arguments); err != nil {
			return nil, err
		}
		return nil, streams.Value(arguments.Value)
	},
	"stream.progress": func(given []byte) (any, error) {
		var arguments struct {
			Activity string `json:"activity"`
			Percent  *uint8 `json:"percent,omitzero"`
		}
		if err := decode(given, &arguments); err != nil {
			return nil, err
		}
		return nil, streams.Progress(arguments.Activity, arguments.Percent)
	},
	"clock.sleep": func(given []byte) (any, error) {
		var arguments struct {
			Duration bindery.Duration `json:"duration"`
		}
		if err := decode(given, &arguments); err != nil {
			return nil, err
		}
		return nil, timers.Sleep(time.Duration(arguments.Duration))
	},
	"updates.assess": func(given []byte) (any, error) {
		if err := decode(given, &struct{}{}); err != nil {
			return nil, err
		}
		return updates.Assess()
	},
	"updates.history": func(given []byte) (any, error) {
		var arguments struct {
			Limit uint32 `json:"limit"`
		}
		if err := decode(given, &arguments); err != nil {
			return nil, err
		}
		return updates.History(arguments.Limit)
	},
	"updates.plan": func(given []byte) (any, error) {
		var arguments struct {
			Updates []string `json:"updates"`
		}
		if err := decode(given, &arguments); err != nil {
			return nil, err
		}
		return updates.Plan(arguments.Updates)
	},
	"power.pending": func(given []byte) (any, error) {
		if err := decode(given, &struct{}{}); err != nil {
			return nil, err
		}
		return updates.PendingReboot()
	},
	"updates.download": func(given []byte) (any, error) {
		var arguments struct {
			Plan updates.UpdatePlan `json:"plan"`
		}
		if err := decode(given, &arguments); err != nil {
			return nil, err
		}
		return nil, installer.Download(arguments.Plan)
	},
	"updates.install": func(given []byte) (any, error) {
		var arguments struct {
			Plan    updates.UpdatePlan `json:"plan"`
			Reserve bindery.Duration   `json:"reserve"`
		}
		if err := decode(given, &arguments); err != nil {
			return nil, err
		}
		return installer.Install(arguments.Plan, time.Duration(arguments.Reserve))
	},
	"power.reboot": func(given []byte) (any, error) {
		var arguments struct {
			Reserve bindery.Duration `json:"reserve"`
			Reason  string           `json:"reason"`
		}
		if err := decode(given, &arguments); err != nil {
			return nil, err
		}
		return power.Reboot(time.Duration(arguments.Reserve), arguments.Reason)
	},
	"fleet.computers": func(given []byte) (any, error) {
		var arguments struct {
			Filter fleet.Filter `json:"filter"`
		}
		if err := decode(given, &arguments); err != nil {
			return nil, err
		}
		return fleet.Computers(arguments.Filter)
	},
	"fleet.computer": func(given []byte) (any, error) {
		var arguments struct {
			ID string `json:"id"`
		}
		if err := decode(given, &arguments); err != nil {
			return nil, err
		}
		return fleet.Computer(arguments.ID)
	},
	"fleet.configure": func(given []byte) (any, error) {
		var arguments struct {
			Computers []string `json:"computers"`
		}
		if err := decode(given, &arguments); err != nil {
			return nil, err
		}
		return fleetadmin.Configure(arguments.Computers)
	},
	"jobs.start": func(given []byte) (any, error) {
		var arguments struct {
			Runbook  string           `json:"runbook"`
			Children []children.Child `json:"children"`
		}
		if err := decode(given, &arguments); err != nil {
			return nil, err
		}
		return children.Start(arguments.Runbook, arguments.Children)
	},
	"jobs.wait": func(given []byte) (any, error) {
		var arguments struct {
			Jobs    []string          `json:"jobs"`
			Mode    children.WaitFor  `json:"mode"`
			Timeout *bindery.Duration `json:"timeout,omitzero"`
		}
		if err := decode(given, &arguments); err != nil {
			return nil, err
		}
		return children.Wait(arguments.Jobs, arguments.Mode, (*time.Duration)(arguments.Timeout))
	},
	"jobs.status": func(given []byte) (any, error) {
		var arguments struct {
			Jobs []string `json:"jobs"`
		}
		if err := decode(given, &arguments); err != nil {
			return nil, err
		}
		return children.Status(arguments.Jobs)
	},
	"files.read": func(given []byte) (any, error) {
		var arguments struct {
			Path string `json:"path"`
		}
		if err := decode(given, &arguments); err != nil {
			return nil, err
		}
		return files.Read(arguments.Path)
	},
	"files.list": func(given []byte) (any, error) {
		var arguments struct {
			Path string `json:"path"`
		}
		if err := decode(given, &arguments); err != nil {
			return nil, err
		}
		return files.List(arguments.Path)
	},
	"files.write": func(given []byte) (any, error) {
		var arguments struct {
			Path string `json:"path"`
			Text string `json:"text"`
		}
		if err := decode(given, &arguments); err != nil {
			return nil, err
		}
		return nil, filesadmin.Write(arguments.Path, arguments.Text)
	},
	"files.remove": func(given []byte) (any, error) {
		var arguments struct {
			Path string `json:"path"`
		}
		if err := decode(given, &arguments); err != nil {
			return nil, err
		}
		return nil, filesadmin.Remove(arguments.Path)
	},
	"process.run": func(given []byte) (any, error) {
		var arguments struct {
			Program string           `json:"program"`
			Args    []string         `json:"args"`
			Timeout bindery.Duration `json:"timeout"`
			Stdin   *string          `json:"stdin,omitzero"`
		}
		if err := decode(given, &arguments); err != nil {
			return nil, err
		}
		return process.Run(arguments.Program, arguments.Args, time.Duration(arguments.Timeout), arguments.Stdin)
	},
	"http.send": func(given []byte) (any, error) {
		var arguments struct {
			Url        string           `json:"url"`
			Method     string           `json:"method"`
			Headers    []http.Header    `json:"headers"`
			Timeout    bindery.Duration `json:"timeout"`
			Body       *string          `json:"body,omitzero"`
			Credential *string          `json:"credential,omitzero"`
		}
		if err := decode(given, &arguments); err != nil {
			return nil, err
		}
		return http.Send(arguments.Url, arguments.Method, arguments.Headers, time.Duration(arguments.Timeout), arguments.Body, arguments.Credential)
	},
	"assets.get-variable": func(given []byte) (any, error) {
		var arguments struct {
			Name string `json:"name"`
		}
		if err := decode(given, &arguments); err != nil {
			return nil, err
		}
		return assets.GetVariable(arguments.Name)
	},
	"assets.get-credential": func(given []byte) (any, error) {
		var arguments struct {
			Name string `json:"name"`
		}
		if err := decode(given, &arguments); err != nil {
			return nil, err
		}
		return assets.GetCredential(arguments.Name)
	},
	"assets.get-certificate": func(given []byte) (any, error) {
		var arguments struct {
			Name string `json:"name"`
		}
		if err := decode(given, &arguments); err != nil {
			return nil, err
		}
		return assets.GetCertificate(arguments.Name)
	},
	"assets.get-connection": func(given []byte) (any, error) {
		var arguments struct {
			Name string `json:"name"`
		}
		if err := decode(given, &arguments); err != nil {
			return nil, err
		}
		return assets.GetConnection(arguments.Name)
	},
	"assets.set-variable": func(given []byte) (any, error) {
		var arguments struct {
			Name  string       `json:"name"`
			Value bindery.JSON `json:"value"`
		}
		if err := decode(given, &arguments); err != nil {
			return nil, err
		}
		return nil, assetsadmin.SetVariable(arguments.Name, arguments.Value)
	},
	"records.append": func(given []byte) (any, error) {
		var arguments struct {
			Table string         `json:"table"`
			Rows  []bindery.JSON `json:"rows"`
		}
		if err := decode(given, &arguments); err != nil {
			return nil, err
		}
		return nil, records.Append(arguments.Table, arguments.Rows)
	},
}
