// How full the disks of this computer are, by `df`, as rows of an own table. Changes nothing.

import { appendRows, fail, job, now, output, process, runbook, warning } from "bindery";

const TABLE = "DiskSpace";
const MINUTE: u64 = 60_000;

/** File systems that are no disks. */
const LEFT_OUT = ["tmpfs", "devtmpfs", "overlay", "squashfs", "udev"];

@json
class Parameters {
  warnPercent: i32 = 85;
}

/** A row of the table. */
@json
class Disk {
  computer: string = "";
  at: string = "";
  mount: string = "";
  device: string = "";
  totalKB: u64 = 0;
  freeKB: u64 = 0;
  usedPercent: i32 = 0;
}

@json
class Summary {
  disks: i32 = 0;
  /** Those that are fuller than they may be. */
  full: string[] = [];
}

function main(parameters: Parameters): Summary {
  const context = job.context().orFail();
  const name = context.computerName;
  const disks = measured(name === null ? context.workerId : name);
  if (disks.length == 0) fail("NoDisks", "df lists no disk");
  appendRows<Disk>(TABLE, disks).orFail();
  const summary = new Summary();
  summary.disks = disks.length;
  for (let i = 0; i < disks.length; i++) {
    const disk = disks[i];
    const line = `${disk.mount}: ${disk.usedPercent} % used, ${disk.freeKB / 1024} MiB are free`;
    if (disk.usedPercent < parameters.warnPercent) {
      output(line);
    } else {
      warning(line);
      summary.full.push(disk.mount);
    }
  }
  return summary;
}

/** The disks that `df` lists. */
function measured(computer: string): Disk[] {
  const listed = process.run("df", ["-P", "-k"], MINUTE).orFail();
  const code = listed.code;
  // A network disk that is away makes it end with 1, and the others stand there none the less.
  if (code === null || code.value > 1) fail("DfFailed", `df did not end well: ${listed.stderr}`);
  const at = now();
  const disks: Disk[] = [];
  const lines = listed.stdout.split("\n");
  for (let i = 1; i < lines.length; i++) {
    const disk = read(lines[i]);
    if (disk === null) continue;
    disk.computer = computer;
    disk.at = at;
    disks.push(disk);
  }
  return disks;
}

/** A line such as `/dev/sda1  61255652  40312640  17801668  70% /`; null if it is about no disk. */
function read(line: string): Disk | null {
  const words: string[] = [];
  const parts = line.split(" ");
  for (let i = 0; i < parts.length; i++) {
    if (parts[i].length > 0) words.push(parts[i]);
  }
  if (words.length < 6 || LEFT_OUT.includes(words[0])) return null;
  const disk = new Disk();
  disk.device = words[0];
  disk.totalKB = U64.parseInt(words[1]);
  disk.freeKB = U64.parseInt(words[3]);
  disk.usedPercent = I32.parseInt(words[4]);
  disk.mount = words.slice(5).join(" ");
  return disk;
}

export function run(): i32 {
  return runbook<Parameters, Summary>(main);
}
