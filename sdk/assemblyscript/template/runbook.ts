import { Classification, output, runbook, updates } from "bindery";

@json
class Parameters {
  securityOnly: bool = false;
}

@json
class Summary {
  missing: i32 = 0;
  said: i32 = 0;
}

function main(parameters: Parameters): Summary {
  const assessment = updates.assess().orFail();
  const summary = new Summary();
  summary.missing = assessment.missing.length;
  for (let i = 0; i < assessment.missing.length; i++) {
    const update = assessment.missing[i];
    const security = update.classification == Classification.Security;
    if (parameters.securityOnly && !security) continue;
    output(`${update.title} (${Classification.text(update.classification)})`);
    summary.said++;
  }
  return summary;
}

export function run(): i32 {
  return runbook<Parameters, Summary>(main);
}
