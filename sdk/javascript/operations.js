// Made from sdk/wit by `cargo xtask bless`. Do not edit.

import * as jobHost from "bindery:runbook/job@0.1.0";
import * as streamsHost from "bindery:runbook/streams@0.1.0";
import * as timersHost from "bindery:runbook/timers@0.1.0";
import * as updatesHost from "bindery:runbook/update-inventory@0.1.0";
import * as installerHost from "bindery:runbook/update-installer@0.1.0";
import * as powerHost from "bindery:runbook/power@0.1.0";
import * as fleetHost from "bindery:runbook/fleet-inventory@0.1.0";
import * as fleetAdminHost from "bindery:runbook/fleet-admin@0.1.0";
import * as childrenHost from "bindery:runbook/children@0.1.0";
import * as filesHost from "bindery:runbook/files@0.1.0";
import * as filesAdminHost from "bindery:runbook/files-admin@0.1.0";
import * as processHost from "bindery:runbook/process@0.1.0";
import * as httpHost from "bindery:runbook/http@0.1.0";
import * as assetsHost from "bindery:runbook/assets@0.1.0";
import * as assetsAdminHost from "bindery:runbook/assets-admin@0.1.0";
import * as recordsHost from "bindery:runbook/records@0.1.0";
import { call } from "./codec.js";

export const job = {
  context: () => call("job.context", jobHost.context, []),
  parameters: () => call("job.parameters", jobHost.parameters, []),
  remaining: () => call("job.remaining", jobHost.remaining, []),
  setResult: (value) => call("job.result", jobHost.setResult, [value]),
  setFailure: (error) => call("job.failure", jobHost.setFailure, [error]),
  checkpoint: (state) => call("job.checkpoint", jobHost.checkpoint, [state]),
  restored: () => call("job.restored", jobHost.restored, []),
};

export const streams = {
  write: (kind, text) => call("stream.write", streamsHost.write, [kind, text]),
  value: (value) => call("stream.value", streamsHost.value, [value]),
  progress: (activity, percent) => call("stream.progress", streamsHost.progress, [activity, percent]),
};

export const timers = {
  sleep: (duration) => call("clock.sleep", timersHost.sleep, [duration]),
};

export const updates = {
  assess: () => call("updates.assess", updatesHost.assess, []),
  history: (limit) => call("updates.history", updatesHost.history, [limit]),
  plan: (updates) => call("updates.plan", updatesHost.plan, [updates]),
  pendingReboot: () => call("power.pending", updatesHost.pendingReboot, []),
};

export const installer = {
  download: (plan) => call("updates.download", installerHost.download, [plan]),
  install: (plan, reserve) => call("updates.install", installerHost.install, [plan, reserve]),
};

export const power = {
  reboot: (reserve, reason) => call("power.reboot", powerHost.reboot, [reserve, reason]),
};

export const fleet = {
  computers: (filter) => call("fleet.computers", fleetHost.computers, [filter]),
  computer: (id) => call("fleet.computer", fleetHost.computer, [id]),
};

export const fleetAdmin = {
  configure: (computers) => call("fleet.configure", fleetAdminHost.configure, [computers]),
};

export const children = {
  start: (runbook, children) => call("jobs.start", childrenHost.start, [runbook, children]),
  wait: (jobs, mode, timeout) => call("jobs.wait", childrenHost.wait, [jobs, mode, timeout]),
  status: (jobs) => call("jobs.status", childrenHost.status, [jobs]),
};

export const files = {
  read: (path) => call("files.read", filesHost.read, [path]),
  list: (path) => call("files.list", filesHost.list, [path]),
};

export const filesAdmin = {
  write: (path, text) => call("files.write", filesAdminHost.write, [path, text]),
  remove: (path) => call("files.remove", filesAdminHost.remove, [path]),
};

export const process = {
  run: (program, args, timeout, stdin) => call("process.run", processHost.run, [program, args, timeout, stdin]),
};

export const http = {
  send: (url, method, headers, timeout, body, credential) => call("http.send", httpHost.send, [url, method, headers, timeout, body, credential]),
};

export const assets = {
  getVariable: (name) => call("assets.get-variable", assetsHost.getVariable, [name]),
  getCredential: (name) => call("assets.get-credential", assetsHost.getCredential, [name]),
  getCertificate: (name) => call("assets.get-certificate", assetsHost.getCertificate, [name]),
  getConnection: (name) => call("assets.get-connection", assetsHost.getConnection, [name]),
};

export const assetsAdmin = {
  setVariable: (name, value) => call("assets.set-variable", assetsAdminHost.setVariable, [name, value]),
};

export const records = {
  append: (table, rows) => call("records.append", recordsHost.append, [table, rows]),
};
