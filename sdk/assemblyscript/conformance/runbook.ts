// Makes the calls of its parameters through the SDK's own functions.

import { job, Json, JsonReader, JsonWriter, runbook } from "bindery";
import { dispatch } from "./dispatch";

@json
class Call {
  operation!: string;
  arguments!: Json;
}

@json
class Parameters {
  calls: Call[] = [];
}

/** The answers, each as JSON text, and the state with which the runbook was started again. */
class Answers {
  answers: string[] = [];
  restored: string | null = null;

  toJson(to: JsonWriter): void {
    to.beginObject();
    to.key("answers");
    to.list<string>(this.answers, (at: JsonWriter, answer: string): void => at.raw(answer));
    const restored = this.restored;
    if (restored !== null) {
      to.key("restored");
      to.raw(restored);
    }
    to.endObject();
  }
}

function main(parameters: Parameters): Answers {
  const answers = new Answers();
  answers.restored = job.restored().orFail();
  if (answers.restored !== null) return answers;
  for (let i = 0; i < parameters.calls.length; i++) {
    const call = parameters.calls[i];
    answers.answers.push(dispatch(call.operation, JsonReader.of(call.arguments, true)));
  }
  return answers;
}

export function run(): i32 {
  return runbook<Parameters, Answers>(main);
}
