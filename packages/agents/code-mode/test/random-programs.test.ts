import type { JsonObject, JsonValue } from '@majordomo/core';
import { seeded } from '@majordomo/test-support';
import { describe, expect, it } from 'vitest';
import { sandbox, SLOW } from './programs.ts';
import { codeOf, endingOf, randomProgram, type Ending, type Tools } from './random-programs.ts';

/** `SOAK=1` runs more programs. */
const PROGRAMS = process.env['SOAK'] === '1' ? 1_000 : 10;

/** Returns tools that record their calls. */
function recordingTools(): { readonly tools: Tools; readonly calls: string[] } {
  const calls: string[] = [];
  const recorded = (name: string, run: (args: JsonObject) => JsonValue) => (args: JsonObject) => {
    calls.push(`${name} ${JSON.stringify(args)}`);
    return run(args);
  };
  const entries = Object.entries({
    echo: (args: JsonObject) => args,
    'keys.of-args': (args: JsonObject) => Object.keys(args),
    ['__proto__']: () => 'proto',
    then: () => [null, -0],
    fail: (): never => {
      throw new Error('no entry');
    },
  });
  return { calls, tools: Object.fromEntries(entries.map(([name, run]) => [name, recorded(name, run)])) };
}

const LATE = /^\[.* failed after the program had ended: .*\]\n/gm;

/** Runs code in the sandbox. */
async function sandboxEnding(code: string, tools: Tools): Promise<Ending> {
  const program = {
    code,
    names: Object.keys(tools),
    memoryBytes: 64 * 2 ** 20,
    signal: AbortSignal.timeout(50_000),
    call: async (name: string, args: JsonObject) =>
      (Object.getOwnPropertyDescriptor(tools, name)?.value as Tools[string])(args),
  };
  try {
    const { value, output } = await sandbox.run(program);
    return { value, output: output.replaceAll(LATE, '') };
  } catch (error) {
    const { message } = error as Error;
    const [, text = '', output = ''] =
      /^(.*?)(?: \(line \d+\))?(?:\nOutput before the error:\n([^]*))?$/.exec(message) ?? [];
    return { error: text, output: output.replaceAll(LATE, '') };
  }
}

describe('random programs', SLOW, () => {
  it.each(Array.from({ length: PROGRAMS }, (_, seed) => seed))(
    'with the seed %i end as without a sandbox',
    async (seed) => {
      const expected = recordingTools();
      const actual = recordingTools();
      const code = codeOf(randomProgram(seeded(seed + 1), Object.keys(expected.tools)));
      const ending = await sandboxEnding(code, actual.tools);
      expect(JSON.stringify(ending), code).toBe(JSON.stringify(await endingOf(code, expected.tools)));
      expect(actual.calls.toSorted(), code).toEqual(expected.calls.toSorted());
    },
  );
});
