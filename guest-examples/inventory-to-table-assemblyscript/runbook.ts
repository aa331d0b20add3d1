// What this computer lacks and what was last done to it, as rows of an own table.

import {
  Action, ActionKind, appendRows, Assessment, Classification, HistoryEntry, job, output, progress,
  runbook, updates, verbose, warning,
} from "bindery";

const TABLE = "Inventory";

@json
class Parameters {
  historyMax: u32 = 50;
  pageRows: i32 = 1_000;
}

enum Fact { Missing, Install, Upgrade, Downgrade, Remove }

/** A row of the table. */
@json
class Row {
  computer!: string;
  fact: Fact;
  /** When it was seen, or done. */
  at!: string;
  package!: string;
  from: string | null = null;
  to: string | null = null;
  classification: string | null = null;
  severity: string | null = null;
  error: string | null = null;
}

@json
class Summary {
  missing: i32;
  history: i32;
  rows: i32;
  pages: i32;
}

function main(parameters: Parameters): Summary {
  const computer = nameOf();
  progress("Asking the package manager");
  const assessment = updates.assess().orFail();
  const rows: Row[] = missing(computer, assessment);
  const history = updates.history(parameters.historyMax);
  const unknown = history.error;
  if (unknown !== null) warning(`the history cannot be read: ${unknown}`);
  const done = history.or([]);
  for (let i = 0; i < done.length; i++) {
    for (let n = 0; n < done[i].actions.length; n++) {
      rows.push(past(computer, done[i], done[i].actions[n]));
    }
  }
  const pages = write(rows, parameters.pageRows);
  output(`${computer}: ${rows.length} rows on ${pages} pages`);
  return { missing: assessment.missing.length, history: done.length, rows: rows.length, pages };
}

/** Appends the rows page by page; how many pages there were. */
function write(rows: Row[], pageRows: i32): i32 {
  let pages = 0;
  for (let from = 0; from < rows.length; from += pageRows) {
    const to = min(from + pageRows, rows.length);
    appendRows<Row>(TABLE, rows.slice(from, to)).orFail();
    pages++;
    verbose(`page ${pages}: rows ${from + 1} to ${to}`);
    progress(`Writing to ${TABLE}`, to * 100 / rows.length);
  }
  return pages;
}

function missing(computer: string, assessment: Assessment): Row[] {
  const rows: Row[] = [];
  for (let i = 0; i < assessment.missing.length; i++) {
    const update = assessment.missing[i];
    const row = new Row();
    row.computer = computer;
    row.fact = Fact.Missing;
    row.at = assessment.assessedAt;
    const name = update.package || update.kbId;
    row.package = name === null ? update.title : name;
    row.from = update.installedVersion;
    row.to = update.version;
    row.classification = Classification.text(update.classification);
    row.severity = update.severity;
    rows.push(row);
  }
  return rows;
}

function past(computer: string, entry: HistoryEntry, action: Action): Row {
  const row = new Row();
  row.computer = computer;
  row.fact = factOf(action.kind);
  row.at = entry.startedAt;
  row.package = action.package;
  row.from = action.from;
  row.to = action.to;
  row.error = entry.error;
  return row;
}

function factOf(kind: ActionKind): Fact {
  switch (kind) {
    case ActionKind.Install: return Fact.Install;
    case ActionKind.Upgrade: return Fact.Upgrade;
    case ActionKind.Downgrade: return Fact.Downgrade;
    default: return Fact.Remove;
  }
}

function nameOf(): string {
  const context = job.context().orFail();
  const name = context.computerName;
  return name === null ? context.workerId : name;
}

export function run(): i32 {
  return runbook<Parameters, Summary>(main);
}
